import type { Auth } from '../auth.ts'
import { authOf, type Declared, type DeclaredHandler, guardsOf, scopesOf } from '../declared.ts'
import type { AppSettings } from '../options.ts'
import type { JsonSchema } from '../plan.ts'
import type { BodySlot, FormStep, HandlerRunner, LibraryStep, PartSlot } from '../runner.ts'
import { isList } from '../schema/coerce.ts'
import type { CompiledSchema, Part } from '../schema/convert.ts'
import { isSchema, type Schema } from '../schema/standard.ts'
import { type CompiledParts, namesOf } from './parts.ts'

/** What JavaScript does for a route, where its values lie among those that the host hands over included. */
export function runnerOf(route: DeclaredHandler, parts: CompiledParts, settings: AppSettings): HandlerRunner {
  let offset = 0
  const slot = (compiled: CompiledSchema | undefined, names: readonly string[]): PartSlot => {
    const found = { offset, names, normalise: normaliseOf(compiled) }
    offset += names.length
    return found
  }
  const optional = (part: Part): PartSlot | null =>
    parts[part] === undefined ? null : slot(parts[part], namesOf(parts[part].engine))
  const params = slot(parts.params, route.names)
  const [query, headers, cookies] = [optional('query'), optional('headers'), optional('cookies')]
  const body: BodySlot | null = parts.body === undefined ? null : { offset, normalise: normaliseOf(parts.body) }
  const checks: Auth<unknown>['checks'] = authOf(route)?.checks ?? []
  const library: LibraryStep[] = (['params', 'query', 'headers', 'cookies', 'body'] as const).flatMap((part) =>
    parts[part]?.rest?.kind === 'library' ? [{ part, schema: parts[part].schema }] : [],
  )
  const { response } = route.options
  const isChecked = settings.validateResponses && response !== undefined
  return {
    kind: 'handler',
    label: `${route.method} ${route.path}`,
    handler: route.handler,
    status: route.options.status ?? 200,
    params,
    query,
    headers,
    cookies,
    body,
    streamBody: route.options.streamBody ?? route.options.form !== undefined,
    form: parts.form === undefined ? null : formStep(route, parts.form, settings),
    library,
    hasAuth: checks.length > 0,
    asks: checks.filter((check) => check.kind === 'ask'),
    guards: guardsOf(route).flatMap((guard) => guard.rules),
    revoked: checks.flatMap((check) => (check.kind === 'jwt' && check.revoked !== null ? [check.revoked] : [])),
    claims: checks.flatMap((check) => (check.kind === 'jwt' && check.claims !== null ? [check.claims] : [])),
    middleware: middlewareOf(route),
    responses:
      isChecked && !isSchema(response)
        ? new Map(Object.entries(response).map(([status, schema]) => [Number(status), schema as Schema | null]))
        : new Map(),
    response: isChecked && isSchema(response) ? response : null,
  }
}

function formStep(route: DeclaredHandler, { schema, engine }: CompiledSchema, settings: AppSettings): FormStep {
  const properties = Object.entries((engine.properties ?? {}) as Record<string, JsonSchema>)
  return {
    schema,
    engine,
    names: new Set(properties.map(([name]) => name)),
    lists: new Set(properties.filter(([, property]) => isList(property, engine)).map(([name]) => name)),
    isStrict: engine.additionalProperties === false,
    settings: { ...settings.forms, ...route.options.formLimits },
  }
}

function normaliseOf(compiled: CompiledSchema | undefined): PartSlot['normalise'] {
  return compiled?.rest?.kind === 'normalise' ? compiled.rest.run : null
}

/** The middleware of all groups around a route, outermost first. */
export function middlewareOf(route: Declared): HandlerRunner['middleware'] {
  return scopesOf(route.scope).flatMap((scope) => scope.middleware)
}
