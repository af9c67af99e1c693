import type { Auth, JwtCheck } from '../auth.ts'
import {
  authOf,
  compressionOf,
  type Declared,
  type DeclaredHandler,
  type DeclaredSocket,
  guardsOf,
} from '../declared.ts'
import { BoltError } from '../errors.ts'
import type { AppSettings } from '../options.ts'
import type { GuardPlan, HandlerRoute, JwtPlan, PartPlan, RateLimitPlan, RoutePlan, SocketRoute } from '../plan.ts'
import { queryRoute } from '../queries/native.ts'
import type { Statements } from '../queries/statements.ts'
import { type RateLimitOption, RateLimits } from '../rate-limit.ts'
import type { CompiledSchema } from '../schema/convert.ts'
import { socketCompressionOf } from '../websocket/options.ts'
import { type CompiledParts, namesOf } from './parts.ts'

type Checks = Auth<unknown>['checks']

/** Compiles declared routes into what a host is told of them. Tokens and rate limits that several routes share have one number each. */
export class RoutePlanner {
  readonly #jwts: JwtCheck[] = []
  readonly #rates = new RateLimits()
  readonly #settings: AppSettings
  /** What Rust runs of databases; null where the host has none. */
  readonly #statements: Statements | null

  constructor(settings: AppSettings, statements: Statements | null) {
    this.#settings = settings
    this.#statements = statements
  }

  /** Token checks by their index in `plan.auths`. */
  get jwts(): JwtCheck[] {
    return this.#jwts
  }

  get auths(): JwtPlan[] {
    return this.#jwts.map(jwtPlan)
  }

  get rateLimits(): RateLimitPlan[] {
    return this.#rates.plans
  }

  plan(id: number, route: Declared, parts: CompiledParts): RoutePlan {
    const base = { id, method: route.method, path: route.path, compression: compressionOf(route) }
    switch (route.kind) {
      case 'answer':
        return { ...base, kind: 'answer', status: route.status, headers: route.headers, body: route.body }
      case 'static':
        return { ...base, kind: 'static', root: route.root, cacheControl: route.cacheControl, index: route.index }
      case 'mount':
        return {
          ...base,
          kind: 'mount',
          bodyBytes: route.bodyBytes,
          rateLimits: this.#limits(route, route.rateLimit, []),
        }
      case 'socket':
        return socketPlan(this.#handler(id, route.request, parts), route, parts.message ?? null)
      case 'handler':
        return this.#answering(route, this.#handler(id, route, parts), parts)
    }
  }

  /** The plan of a route that a query or a handler answers. */
  #answering(route: DeclaredHandler, request: HandlerRoute, parts: CompiledParts): RoutePlan {
    const [settings, statements] = [this.#settings, this.#statements]
    if (statements === null) return request
    return queryRoute(route, parts, request, { settings, statements }) ?? request
  }

  #handler(id: number, route: DeclaredHandler, parts: CompiledParts): HandlerRoute {
    const { options } = route
    const checks = authOf(route)?.checks ?? []
    const guards = guardsOf(route).flatMap((guard) => guard.rules)
    if (guards.length > 0 && checks.length === 0) {
      throw new BoltError(
        'invalid-option',
        `${route.method} ${route.path}: guard without auth`,
        'a guard looks at verified claims; add auth to the route or its group',
      )
    }
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
      bodyBytes: options.bodyBytes ?? null,
      streamBody: options.streamBody ?? options.form !== undefined,
      form: options.form !== undefined,
      ...this.#admission(checks, guards),
      rateLimits: this.#limits(route, options.rateLimit, checks),
      status: options.status ?? 200,
    }
  }

  /** Who is let in by the host itself, and for whom JavaScript is asked. */
  #admission(checks: Checks, guards: GuardPlan[]): Pick<HandlerRoute, 'auths' | 'onMissing' | 'askCookies' | 'guards'> {
    const asks = checks.filter((check) => check.kind === 'ask')
    const areCookiesKnown = asks.every((check) => check.cookies.length > 0)
    return {
      auths: checks.filter((check) => check.kind === 'jwt').map((check) => this.#indexOf(check)),
      onMissing: asks.length > 0 ? 'ask' : 'reject',
      askCookies: areCookiesKnown ? asks.flatMap((check) => check.cookies) : [],
      // Claims that only JavaScript finds are guarded there.
      guards: asks.length === checks.length ? [] : guards,
    }
  }

  /**
   * Numbers of the limits that hold for a route. One by claim needs claims that the host itself has verified; anything else would count by
   * address without saying so.
   */
  #limits(route: Declared, own: RateLimitOption | undefined, checks: Checks): number[] {
    const limits = this.#rates.of(route, own)
    const claim = this.#rates.byClaim(limits)
    if (claim === undefined || (checks.length > 0 && checks.every((check) => check.kind === 'jwt'))) return limits
    throw new BoltError(
      'invalid-option',
      `${route.method} ${route.path}: rateLimit by claim '${claim}' without a token that has it`,
      "a claim key needs auth: jwt(…) alone; count by 'address' or { header } elsewhere",
    )
  }

  #indexOf(check: JwtCheck): number {
    const known = this.#jwts.indexOf(check)
    return known === -1 ? this.#jwts.push(check) - 1 : known
  }
}

function socketPlan(request: HandlerRoute, route: DeclaredSocket, message: CompiledSchema | null): SocketRoute {
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

function partPlan(compiled: CompiledSchema | undefined): PartPlan | null {
  return compiled === undefined ? null : { names: namesOf(compiled.engine), schema: compiled.engine }
}

function jwtPlan(check: JwtCheck): JwtPlan {
  const { algorithms, keys, issuer, audience, leeway, from, required } = check
  return { kind: 'jwt', algorithms, jwks: { keys }, issuer, audience, leeway, from, required }
}
