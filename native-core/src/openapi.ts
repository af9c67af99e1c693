import type { CompiledParts } from './compile/parts.ts'
import { authOf, type Declared, guardsOf, scopesOf } from './declared.ts'
import { BoltError } from './errors.ts'
import { Components } from './openapi/components.ts'
import { defaultOperationId, operationPath } from './openapi/names.ts'
import { responsesOf } from './openapi/responses.ts'
import type { AppSettings } from './options.ts'
import type { JsonSchema } from './plan.ts'

/** An OpenAPI 3.1 document (OpenAPI Specification 3.1.1, §4.8.1). */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description?: string }
  servers?: Array<{ url: string; description?: string }>
  /** All tags that an operation has. */
  tags?: Array<{ name: string }>
  /** By path template (`/notes/{id}`), then by method in lower case. */
  paths: Record<string, Record<string, Operation>>
  /** What operations refer to: shapes by name, and how clients sign in. */
  components: { schemas: Record<string, JsonSchema>; securitySchemes?: Record<string, Record<string, unknown>> }
}

export interface Operation {
  operationId: string
  summary?: string
  description?: string
  tags?: string[]
  security?: Array<Record<string, string[]>>
  parameters?: Array<Record<string, unknown>>
  requestBody?: Record<string, unknown>
  responses: Record<string, Record<string, unknown>>
}

type DeclaredHandler = Extract<Declared, { kind: 'handler' }>

/** Writes the document of everything that is declared and not hidden. */
export function buildDocument(
  settings: AppSettings['openapi'],
  routes: readonly Declared[],
  partsOf: (route: Declared) => CompiledParts,
): OpenApiDocument {
  const components = new Components()
  const paths: OpenApiDocument['paths'] = {}
  const ids = new Set<string>()
  const tags = new Set<string>()
  for (const route of routes) {
    const operation = operationOf(route, partsOf(route), components)
    if (operation === undefined) continue
    if (ids.has(operation.operationId)) {
      throw new BoltError(
        'invalid-option',
        `${route.method} ${route.path}: operationId '${operation.operationId}' is taken`,
        'give one of the two routes another operationId',
      )
    }
    ids.add(operation.operationId)
    for (const tag of operation.tags ?? []) tags.add(tag)
    const path = operationPath(route.path)
    paths[path] ??= {}
    ;(paths[path] as Record<string, Operation>)[route.method.toLowerCase()] = operation
  }
  const { title = 'API', version = '0.0.0', description, servers } = settings ?? {}
  return {
    openapi: '3.1.1',
    info: { title, version, ...(description === undefined ? {} : { description }) },
    ...(servers === undefined ? {} : { servers: servers.map((server) => ({ ...server })) }),
    ...(tags.size === 0 ? {} : { tags: [...tags].map((name) => ({ name })) }),
    paths,
    components: components.toJSON(),
  }
}

function operationOf(route: Declared, parts: CompiledParts, components: Components): Operation | undefined {
  if (scopesOf(route.scope).some((scope) => scope.options.hidden === true)) return undefined
  if (route.kind === 'answer' && !route.hidden) {
    return {
      operationId: defaultOperationId(route),
      ...tagsOf(route),
      responses: { [String(route.status)]: { description: 'A fixed answer' } },
    }
  }
  if (route.kind !== 'handler' || route.options.hidden === true) return undefined
  const { summary, description } = route.options
  const operationId = route.options.operationId ?? defaultOperationId(route)
  const security = securityOf(route, components)
  const parameters = parametersOf(route, parts, components, operationId)
  return {
    operationId,
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    ...tagsOf(route),
    ...(security === undefined ? {} : { security }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(parts.body === undefined ? {} : { requestBody: requestBody(parts.body, components, operationId) }),
    ...(parts.form === undefined ? {} : { requestBody: requestForm(parts.form, components, operationId) }),
    responses: responsesOf(route, parts, components, {
      operationId,
      isSecured: security !== undefined,
      isGuarded: guardsOf(route).length > 0,
    }),
  }
}

function tagsOf(route: Declared): { tags?: string[] } {
  const own = route.kind === 'handler' ? (route.options.tags ?? []) : []
  const tags = [...new Set([...scopesOf(route.scope).flatMap((scope) => scope.options.tags ?? []), ...own])]
  return tags.length === 0 ? {} : { tags }
}

function securityOf(route: DeclaredHandler, components: Components): Operation['security'] {
  const checks = authOf(route)?.checks
  if (checks === undefined) return undefined
  const names = checks.flatMap((check) => {
    if (check.kind === 'jwt')
      return [check.from.kind === 'bearer' ? components.bearer() : components.cookie(check.from.name)]
    return check.cookies.map((name) => components.cookie(name))
  })
  return [...new Set(names)].map((name) => ({ [name]: [] }))
}

function parametersOf(
  route: DeclaredHandler,
  parts: CompiledParts,
  components: Components,
  operationId: string,
): Array<Record<string, unknown>> {
  const undeclared =
    parts.params === undefined
      ? route.names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
      : []
  const places = [
    ['params', 'path'],
    ['query', 'query'],
    ['headers', 'header'],
    ['cookies', 'cookie'],
  ] as const
  const declared = places.flatMap(([part, place]) => {
    const compiled = parts[part]
    if (compiled === undefined) return []
    const schema = components.localise(compiled.documented(), `${operationId}${part}`)
    const required = new Set((schema.required as string[] | undefined) ?? [])
    return Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).map(([name, property]) => {
      const { description, ...rest } = property
      return {
        name,
        in: place,
        required: place === 'path' || required.has(name),
        ...(description === undefined ? {} : { description }),
        schema: rest,
      }
    })
  })
  return [...undeclared, ...declared]
}

/** A form with files can only be multipart; others come in both ways. */
function requestForm(
  form: NonNullable<CompiledParts['form']>,
  components: Components,
  operationId: string,
): Record<string, unknown> {
  const documented = form.documented()
  const schema = components.localise(documented, `${operationId}Form`)
  const hasFiles = JSON.stringify(documented).includes('"format":"binary"')
  const types = hasFiles ? ['multipart/form-data'] : ['application/x-www-form-urlencoded', 'multipart/form-data']
  return { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) }
}

function requestBody(
  body: NonNullable<CompiledParts['body']>,
  components: Components,
  operationId: string,
): Record<string, unknown> {
  return {
    required: body.required,
    content: { 'application/json': { schema: components.localise(body.documented(), `${operationId}Body`) } },
  }
}
