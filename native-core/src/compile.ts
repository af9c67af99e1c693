import type { Auth, JwtCheck } from './auth.ts'
import {
  authOf,
  compressionOf,
  type Declared,
  type DeclaredHandler,
  type DeclaredSocket,
  guardsOf,
  scopesOf,
} from './declared.ts'
import { BoltError } from './errors.ts'
import { BOUNDS } from './metrics/snapshot.ts'
import type { AppSettings } from './options.ts'
import type { AppPlan, HandlerRoute, JsonSchema, JwtPlan, PartPlan, RoutePlan, SocketRoute } from './plan.ts'
import { RateLimits } from './rate-limit.ts'
import type { BodySlot, FormStep, HandlerRunner, LibraryStep, PartSlot, Runners } from './runner.ts'
import { isList } from './schema/coerce.ts'
import { type CompiledSchema, compileSchema, type Part } from './schema/convert.ts'
import { isSchema, type Schema } from './schema/standard.ts'
import { socketCompressionOf } from './websocket/options.ts'

export interface CompiledApp {
  plan: AppPlan
  runners: Runners
  /** Token checks by their index in `plan.auths`. */
  jwts: JwtCheck[]
}

/** Schemas of a route's request parts, converted once. */
export type CompiledParts = Partial<Record<Part | 'message', CompiledSchema>>

/** Schemas that several routes share are converted once. */
export class KnownSchemas {
  readonly #texts = new Map<Schema, CompiledSchema>()
  readonly #bodies = new Map<Schema, CompiledSchema>()

  get(part: Part, schema: Schema, compile: () => CompiledSchema): CompiledSchema {
    const known = part === 'body' ? this.#bodies : this.#texts
    const compiled = known.get(schema) ?? compile()
    known.set(schema, compiled)
    return compiled
  }
}

/** Converts the schemas of a route; done when it is declared, so that a bad schema fails there. */
export function compileParts(route: DeclaredHandler, known: KnownSchemas): CompiledParts {
  const parts: CompiledParts = {}
  for (const part of ['params', 'query', 'headers', 'cookies', 'body', 'form'] as const) {
    const schema = route.options[part]
    if (schema === undefined) continue
    const where = `${route.method} ${route.path}: ${part}`
    const compiled = known.get(part, schema, () => compileSchema(schema, part, where))
    if (part !== 'body') assertObject(compiled.engine, where)
    if (part === 'params') assertParams(compiled.engine, route, where)
    parts[part] = compiled
  }
  return parts
}

/** Converts the schemas of a WebSocket's request, and that of its messages, which are checked like bodies. */
export function compileSocketParts(route: DeclaredSocket, known: KnownSchemas): CompiledParts {
  const parts = compileParts(route.request, known)
  const { message } = route.options
  if (message === undefined) return parts
  const compile = (): CompiledSchema => compileSchema(message, 'body', `ws ${route.path}: message`)
  return { ...parts, message: known.get('body', message, compile) }
}

/** Compiles the declared routes into the plan for the host and the runners for JavaScript. */
export function compileApp(
  settings: AppSettings,
  routes: readonly Declared[],
  partsOf: (route: DeclaredHandler | DeclaredSocket) => CompiledParts,
): CompiledApp {
  assertNoDuplicates(routes)
  const jwts: JwtCheck[] = []
  const rates = new RateLimits()
  const plans: RoutePlan[] = []
  const runners: Array<Runners[number]> = []
  for (const [id, route] of routes.entries()) {
    const base = { id, method: route.method, path: route.path, compression: compressionOf(route) }
    if (route.kind === 'answer') {
      plans.push({ ...base, kind: 'answer', status: route.status, headers: route.headers, body: route.body })
    } else if (route.kind === 'static') {
      plans.push({ ...base, kind: 'static', root: route.root, cacheControl: route.cacheControl, index: route.index })
    } else if (route.kind === 'mount') {
      const rateLimits = rates.of(route, route.rateLimit)
      assertClaims(rates, rateLimits, route, [])
      plans.push({ ...base, kind: 'mount', bodyBytes: route.bodyBytes, rateLimits })
      runners[id] = {
        kind: 'mount',
        label: `mount ${route.path}`,
        handler: route.handler,
        middleware: middlewareOf(route),
      }
    } else if (route.kind === 'socket') {
      const parts = partsOf(route)
      const message = parts.message ?? null
      plans.push(planSocket(planHandler(id, route.request, parts, jwts, rates), route, message))
      runners[id] = {
        kind: 'socket',
        request: runnerOf(route.request, parts, settings),
        handlers: route.handlers,
        message,
      }
    } else {
      const parts = partsOf(route)
      plans.push(planHandler(id, route, parts, jwts, rates))
      runners[id] = runnerOf(route, parts, settings)
    }
  }
  const { limits, securityHeaders, cors, compression, trustedProxies } = settings
  return {
    plan: {
      limits,
      securityHeaders,
      cors,
      compression,
      trustedProxies,
      auths: jwts.map(jwtPlan),
      rateLimits: rates.plans,
      observe: { bounds: settings.metrics ? [...BOUNDS] : null, log: settings.requestLog },
      routes: plans,
    },
    runners,
    jwts,
  }
}

function planHandler(
  id: number,
  route: DeclaredHandler,
  parts: CompiledParts,
  jwts: JwtCheck[],
  rates: RateLimits,
): HandlerRoute {
  const checks = authOf(route)?.checks ?? []
  const asks = checks.filter((check) => check.kind === 'ask')
  const areCookiesKnown = asks.every((check) => check.cookies.length > 0)
  const guards = guardsOf(route).flatMap((guard) => guard.rules)
  if (guards.length > 0 && checks.length === 0) {
    throw new BoltError(
      'invalid-option',
      `${route.method} ${route.path}: guard without auth`,
      'a guard looks at verified claims; add auth to the route or its group',
    )
  }
  const rateLimits = rates.of(route, route.options.rateLimit)
  assertClaims(rates, rateLimits, route, checks)
  return {
    id,
    method: route.method,
    path: route.path,
    compression: compressionOf(route),
    kind: 'handler',
    params: parts.params?.engine ?? null,
    query: partPlan(parts.query),
    headers: partPlan(parts.headers),
    cookies: partPlan(parts.cookies),
    body: parts.body === undefined ? null : { schema: parts.body.engine, required: parts.body.required },
    bodyBytes: route.options.bodyBytes ?? null,
    streamBody: route.options.streamBody ?? route.options.form !== undefined,
    form: route.options.form !== undefined,
    auths: checks.filter((check) => check.kind === 'jwt').map((check) => indexOf(jwts, check)),
    onMissing: asks.length > 0 ? 'ask' : 'reject',
    askCookies: areCookiesKnown ? asks.flatMap((check) => check.cookies) : [],
    // Claims that only JavaScript finds are guarded there.
    guards: asks.length === checks.length ? [] : guards,
    rateLimits,
    status: route.options.status ?? 200,
  }
}

function planSocket(request: HandlerRoute, route: DeclaredSocket, message: CompiledSchema | null): SocketRoute {
  const { options } = route
  return {
    id: request.id,
    method: 'GET',
    path: route.path,
    kind: 'socket',
    request,
    origins: options.origins === undefined ? null : [options.origins].flat(),
    subprotocols: [...(options.subprotocols ?? [])],
    message: message?.engine ?? null,
    tellsInvalid: route.handlers.invalid !== undefined,
    messageBytes: options.messageBytes ?? null,
    bufferedBytes: options.bufferedBytes ?? null,
    idleTimeout: options.idleTimeout ?? null,
    ping: options.ping ?? true,
    deflate: socketCompressionOf(options.compression),
  }
}

function runnerOf(route: DeclaredHandler, parts: CompiledParts, settings: AppSettings): HandlerRunner {
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

/** A limit by claim needs claims that Rust itself has verified; anything else would count by address without saying so. */
function assertClaims(
  rates: RateLimits,
  given: readonly number[],
  route: Declared,
  checks: Auth<unknown>['checks'],
): void {
  const claim = rates.byClaim(given)
  if (claim === undefined || (checks.length > 0 && checks.every((check) => check.kind === 'jwt'))) return
  throw new BoltError(
    'invalid-option',
    `${route.method} ${route.path}: rateLimit by claim '${claim}' without a token that has it`,
    "a claim key needs auth: jwt(…) alone; count by 'address' or { header } elsewhere",
  )
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

function middlewareOf(route: Declared): HandlerRunner['middleware'] {
  return scopesOf(route.scope).flatMap((scope) => scope.middleware)
}

function partPlan(compiled: CompiledSchema | undefined): PartPlan | null {
  return compiled === undefined ? null : { names: namesOf(compiled.engine), schema: compiled.engine }
}

/** Declared properties of an object schema, looking through a reference at its top. */
export function namesOf(schema: JsonSchema): string[] {
  return Object.keys((schema.properties ?? {}) as object)
}

function assertObject(schema: JsonSchema, where: string): void {
  if (schema.type !== 'object') {
    throw new BoltError(
      'unsupported-schema',
      `${where}: the schema is not an object`,
      'declare each name as a property: z.object({ … })',
    )
  }
  if (namesOf(schema).includes('__proto__')) {
    throw new BoltError('unsupported-schema', `${where}: a property named __proto__`, 'give it another name')
  }
}

function assertParams(schema: JsonSchema, route: DeclaredHandler, where: string): void {
  const declared = namesOf(schema)
  const unknown = declared.find((name) => !route.names.includes(name))
  const missing = route.names.find((name) => !declared.includes(name))
  if (unknown !== undefined || missing !== undefined) {
    throw new BoltError(
      'unsupported-schema',
      unknown !== undefined
        ? `${where}: the path has no parameter ':${unknown}'`
        : `${where}: parameter ':${missing}' of the path is not in the schema`,
      `the path has ${route.names.length === 0 ? 'no parameters' : route.names.join(', ')}; declare exactly these`,
    )
  }
}

function assertNoDuplicates(routes: readonly Declared[]): void {
  const seen = new Set<string>()
  for (const route of routes) {
    const shape = route.path.replace(/:[^/]+/g, ':').replace(/\*[^/]+/g, '*')
    const key = `${route.method} ${shape}`
    if (seen.has(key)) {
      throw new BoltError(
        'duplicate-route',
        `${route.method} ${route.path} is declared twice`,
        'remove one; parameters of other names do not make another path',
      )
    }
    seen.add(key)
  }
}

function indexOf(jwts: JwtCheck[], check: JwtCheck): number {
  const known = jwts.indexOf(check)
  return known === -1 ? jwts.push(check) - 1 : known
}

function jwtPlan(check: JwtCheck): JwtPlan {
  const { algorithms, keys, issuer, audience, leeway, from, required } = check
  return { kind: 'jwt', algorithms, jwks: { keys }, issuer, audience, leeway, from, required }
}
