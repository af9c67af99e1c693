import type { Auth } from '../auth.ts'
import { type CompiledParts, namesOf } from '../compile/parts.ts'
import { middlewareOf } from '../compile/runner.ts'
import { authOf, type DeclaredHandler } from '../declared.ts'
import type { AppSettings } from '../options.ts'
import type { HandlerRoute, JsonSchema, QueryParameter, QueryRoute } from '../plan.ts'
import type { NativeQuery, QueryInput, QuerySource } from '../query.ts'
import { compileSchema } from '../schema/convert.ts'
import { keeps, keepsClaim } from '../schema/keeps.ts'
import type { Schema } from '../schema/standard.ts'
import { isZod } from '../schema/zod.ts'
import type { Statements } from './statements.ts'

/**
 * How Rust answers a route with a query; undefined when the handler has to: its client is not one of Rust's, or something about the request or
 * the answer only JavaScript can do.
 */
export function queryRoute(
  route: DeclaredHandler,
  parts: CompiledParts,
  request: HandlerRoute,
  { settings, statements }: { settings: AppSettings; statements: Statements },
): QueryRoute | undefined {
  const { query } = route
  if (query === undefined || query.native === null || needsHandler(route, parts, query, settings)) return undefined
  const claims = claimSchemas(route, query)
  if (claims === undefined) return undefined
  const { id, method, path, compression } = request
  const parameters = query.native.parameters.map((parameter) =>
    'constant' in parameter
      ? { kind: 'constant' as const, value: parameter.constant }
      : sourceOf(query.inputs[parameter.input] as QueryInput, route, parts),
  )
  return {
    ...{ id, method, path, compression },
    kind: 'query',
    request,
    claims,
    ...statements.numbersOf(query.native satisfies NativeQuery),
    parameters,
    etag: route.options.etag === true,
  }
}

function needsHandler(
  route: DeclaredHandler,
  parts: CompiledParts,
  query: QuerySource,
  settings: AppSettings,
): boolean {
  const { options } = route
  const { status = 200 } = options
  return (
    middlewareOf(route).length > 0 ||
    options.form !== undefined ||
    options.streamBody === true ||
    // Responses of these have no content.
    status === 204 ||
    status === 304 ||
    (settings.validateResponses && options.response !== undefined) ||
    Object.values(parts).some((part) => part.rest?.kind === 'library') ||
    query.inputs.some((input) => isForHandler(input, parts))
  )
}

/** Whether only the handler has a value as it is bound. */
function isForHandler({ from, name, isJson }: QueryInput, parts: CompiledParts): boolean {
  if (from === 'body') return isChanged(parts.body?.schema, name)
  return from !== 'claim' && isJson
}

/** Whether a property of the body is not what was sent. Defaults of other parts are filled in by the engine. */
function isChanged(schema: Schema | undefined, name: string): boolean {
  return schema === undefined || !isZod(schema) || keeps(schema, name) !== 'same'
}

/** Schemas one of which verified claims must fit; undefined when only JavaScript can tell who may ask. */
function claimSchemas(route: DeclaredHandler, query: QuerySource): JsonSchema[] | undefined {
  const checks: Auth<unknown>['checks'] = authOf(route)?.checks ?? []
  if (checks.length > 0 && checks.every((check) => check.kind === 'ask')) return undefined
  if (checks.some((check) => check.kind === 'jwt' && check.revoked !== null)) return undefined
  const given = checks.flatMap((check) => (check.kind === 'jwt' && check.claims !== null ? [check.claims] : []))
  const schemas = given.map((schema) => claimSchema(schema, query, `${route.method} ${route.path}: claims`))
  return schemas.includes(undefined) ? undefined : (schemas as JsonSchema[])
}

/** What the engine checks of claims, when that is all there is to check and the query reads nothing that the schema changes. */
function claimSchema(schema: Schema, query: QuerySource, where: string): JsonSchema | undefined {
  if (!isZod(schema)) return undefined
  const { engine, rest } = compileSchema(schema, 'body', where)
  const isSame = query.inputs.every(({ from, name }) => from !== 'claim' || keepsClaim(schema, name) === 'same')
  return rest?.kind === 'library' || !isSame ? undefined : engine
}

/** Where Rust finds a value of the request. */
function sourceOf(input: QueryInput, route: DeclaredHandler, parts: CompiledParts): QueryParameter {
  const { from, name, isJson: json } = input
  switch (from) {
    case 'path':
      return { kind: 'input', at: route.names.indexOf(name) }
    case 'query':
      return { kind: 'input', at: route.names.length + namesOf(parts.query?.engine ?? {}).indexOf(name) }
    case 'body':
      return { kind: 'body', name, json }
    case 'claim':
      return { kind: 'claim', path: name, json }
  }
}
