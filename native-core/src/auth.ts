import { checkShape, shape } from './check.ts'
import type { Context, HeaderReader } from './context.ts'
import { BoltError } from './errors.ts'
import { httpsUrl, keysOf } from './keys.ts'
import type { Algorithm, TokenSource } from './plan.ts'
import type { OutputOf, Schema } from './schema/standard.ts'

/** Claims of a verified token when no schema says more; the registered ones are those of RFC 7519 §4.1. */
export interface Claims {
  /** Who issued the token. */
  readonly iss?: string
  /** Whom it is about. */
  readonly sub?: string
  /** Whom it is for. */
  readonly aud?: string | readonly string[]
  /** When it ends, seconds since 1970. */
  readonly exp?: number
  /** When it begins, seconds since 1970. */
  readonly nbf?: number
  /** When it was issued, seconds since 1970. */
  readonly iat?: number
  /** Its own name, unique with the issuer. */
  readonly jti?: string
  readonly [claim: string]: unknown
}

/** A public key as JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). */
export interface PublicJwk {
  /** Family: `RSA`, `EC` or `OKP`. */
  readonly kty: string
  /** Name of the key, which a token says in its header. */
  readonly kid?: string
  /** The one algorithm that the key is for; without it, all of its family that are accepted. */
  readonly alg?: string
  /** What the key is for; one for encryption (`enc`) is passed over. */
  readonly use?: string
  readonly [member: string]: unknown
}

/** How tokens are verified (RFC 7519, RFC 8725); each option is checked by `jwt` and an unknown one is refused. */
export interface JwtOptions<ClaimsSchema extends Schema | undefined = undefined> {
  /** Accepted algorithms; a token that names another is refused, whatever its signature. */
  algorithms: readonly Algorithm[]
  /** Shared secret of HS256, HS384, HS512. Give exactly one of `secret`, `publicKey`, `jwks`, `jwksUrl`. */
  secret?: string | Uint8Array
  /** One public key. */
  publicKey?: PublicJwk
  /** A fixed set of public keys, chosen by the token's `kid`. */
  jwks?: { readonly keys: readonly PublicJwk[] }
  /** Address of the issuer's key set; loaded at start and again as `jwksRefresh` says, so that keys can be rotated. */
  jwksUrl?: string | URL
  /**
   * Seconds between two loads of `jwksUrl`.
   * @default 300
   */
  jwksRefresh?: number
  /** Required `iss` claim. */
  issuer?: string
  /** Required `aud` claim: one of these. */
  audience?: string | readonly string[]
  /**
   * Seconds by which clocks may differ when `exp` and `nbf` are checked.
   * @default 0
   */
  leeway?: number
  /**
   * Where the token is looked for.
   * @default 'bearer'
   */
  from?: 'bearer' | { readonly cookie: string }
  /** Claims that must be present, besides `exp`. */
  required?: readonly string[]
  /**
   * Asked for each request with a valid token, in JavaScript and before the handler; true means that the token was taken back: 401. When it
   * throws, the request fails with 500. Of several tokens of `firstOf` each is asked about by all. @default no token is taken back
   */
  revoked?: Revoked
  /** Shape of the claims: types `ctx.auth`, and is checked before the handler runs (a mismatch is 401). */
  claims?: ClaimsSchema
}

/** Whether a token with these claims was taken back. */
export type Revoked = (claims: Claims) => boolean | Promise<boolean>

/** Finds out in JavaScript who asks; null when nobody known does. */
export type Authenticate<C> = (ctx: AuthContext) => C | null | Promise<C | null>

/** What is known of a request before anybody is signed in. */
export type AuthContext = Pick<Context, 'request' | 'signal' | 'log' | 'setHeader'> & {
  readonly headers: HeaderReader
  readonly cookies: Readonly<Record<string, string | undefined>>
}

/** How a token is checked, with its defaults filled in. */
export interface JwtCheck {
  kind: 'jwt'
  algorithms: Algorithm[]
  keys: Array<Record<string, unknown>>
  jwksUrl: string | null
  jwksRefresh: number
  issuer: string | null
  audience: string[] | null
  leeway: number
  from: TokenSource
  required: string[]
  revoked: Revoked | null
  claims: Schema | null
}

export interface AskCheck {
  kind: 'ask'
  ask: Authenticate<unknown>
  cookies: string[]
}

/** A way to sign in, made by `jwt`, `authenticate` or `firstOf`; `C` is the type of `ctx.auth`. */
export interface Auth<C> {
  /** @internal */
  readonly checks: ReadonlyArray<JwtCheck | AskCheck>
  /** Type of the claims; never set. */
  readonly claims?: C
}

/** Claims of an `Auth`. */
export type ClaimsOf<A> = A extends Auth<infer C> ? C : undefined

const algorithms: readonly Algorithm[] = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
]

const jwtShape = {
  algorithms: shape.list(shape.oneOf(algorithms), { min: 1 }),
  secret: shape.any(),
  publicKey: shape.object(),
  jwks: shape.object({ keys: shape.list(shape.object()) }),
  jwksUrl: shape.any(),
  jwksRefresh: shape.integer({ min: 1 }),
  issuer: shape.text(),
  audience: shape.either(shape.text(), shape.list(shape.text(), { min: 1 })),
  leeway: shape.integer({ min: 0, max: 3600 }),
  from: shape.either(shape.oneOf(['bearer']), shape.object({ cookie: shape.text() }, ['cookie'])),
  required: shape.list(shape.text()),
  revoked: shape.func(),
  claims: shape.schema(),
}

/**
 * Signs in by a JSON Web Token that the core verifies before JavaScript is entered: a missing or bad token is answered 401 natively.
 * @example auth: jwt({ algorithms: ['HS256'], secret: process.env.TOKEN_SECRET, issuer: 'https://me.example' })
 */
export function jwt<S extends Schema | undefined = undefined>(
  options: JwtOptions<S>,
): Auth<[S] extends [Schema] ? OutputOf<S> : Claims> {
  checkShape('jwt()', options, jwtShape, ['algorithms'])
  return {
    checks: [
      {
        kind: 'jwt',
        algorithms: [...options.algorithms],
        keys: keysOf(options),
        jwksUrl: options.jwksUrl === undefined ? null : httpsUrl(options.jwksUrl),
        jwksRefresh: options.jwksRefresh ?? 300,
        issuer: options.issuer ?? null,
        audience: options.audience === undefined ? null : ([options.audience].flat() as string[]),
        leeway: options.leeway ?? 0,
        from: typeof options.from === 'object' ? { kind: 'cookie', name: options.from.cookie } : { kind: 'bearer' },
        required: [...(options.required ?? [])],
        revoked: options.revoked ?? null,
        claims: options.claims ?? null,
      },
    ],
  }
}

/**
 * Signs in by asking JavaScript, for instance a session store.
 * @param options.cookies a request with none of these cookies is answered 401 without entering JavaScript
 * @example auth: authenticate(async (ctx) => sessions.find(ctx.cookies.sid), { cookies: ['sid'] })
 */
export function authenticate<C>(ask: Authenticate<C>, options: { cookies?: readonly string[] } = {}): Auth<C> {
  if (typeof ask !== 'function') {
    throw new BoltError(
      'invalid-option',
      `authenticate(): expected a function, got ${typeof ask}`,
      'pass async (ctx) => claims | null',
    )
  }
  checkShape('authenticate()', options, { cookies: shape.list(shape.text()) })
  return { checks: [{ kind: 'ask', ask, cookies: [...(options.cookies ?? [])] }] }
}

/**
 * Tries several ways to sign in; the first that knows the request decides. Tokens are looked at first, in Rust.
 * @example auth: firstOf(jwt({ algorithms: ['HS256'], secret, from: { cookie: 'session_data' } }), authenticate(askStore, { cookies: ['sid'] }))
 */
export function firstOf<A extends ReadonlyArray<Auth<unknown>>>(...auths: A): Auth<ClaimsOf<A[number]>> {
  if (auths.length === 0)
    throw new BoltError('invalid-option', 'firstOf() got no arguments', 'pass at least one jwt() or authenticate()')
  for (const auth of auths) assertAuth('firstOf()', auth)
  return { checks: auths.flatMap((auth) => auth.checks) } as Auth<ClaimsOf<A[number]>>
}

export function assertAuth(where: string, value: unknown): asserts value is Auth<unknown> {
  if (typeof value !== 'object' || value === null || !Array.isArray((value as Auth<unknown>).checks)) {
    throw new BoltError(
      'invalid-option',
      `${where}: auth is not something that signs in`,
      'use jwt(), authenticate() or firstOf()',
    )
  }
}
