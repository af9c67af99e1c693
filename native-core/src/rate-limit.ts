import { type Check, checkShape, shape } from './check.ts'
import { type Declared, scopesOf } from './declared.ts'
import { BoltError } from './errors.ts'
import { isToken } from './header.ts'
import type { RateKey, RateLimitPlan } from './plan.ts'

/** Whose requests count together. */
export type RateLimitKey =
  /** The client's address (see `trustedProxies`); of IPv6 its /64 network. */
  | 'address'
  /** All clients together. */
  | 'all'
  /** The value of a request header; requests without it count by address. */
  | { readonly header: string }
  /** A claim of the verified token, as a dotted path; requests without it count by address. */
  | { readonly claim: string }

/** How many requests may come in how much time; `rateLimit` refuses what is out of range. */
export interface RateLimitOptions {
  /** Requests in a window, 1 to 1,000,000. */
  limit: number
  /** Seconds, 1 to 86,400. */
  window: number
  /** Whose requests count together. @default 'address' */
  key?: RateLimitKey
  /** Requests that may come at once before the pace is `limit` in `window`. @default limit */
  burst?: number
}

/** A limit made by `rateLimit`. Wherever the same value is given, requests count together. */
export interface RateLimit {
  /** @internal */
  readonly plan: RateLimitPlan
}

/**
 * Limits how often a client may ask; what is over the limit is answered 429 with Retry-After, without entering JavaScript. Keys `address`,
 * `all` and `header` are asked before sign-in, `claim` after it.
 * @example app.post('/sign-in', { rateLimit: rateLimit({ limit: 5, window: 60 }) }, signIn)
 */
export function rateLimit(options: RateLimitOptions): RateLimit {
  checkShape(
    'rateLimit()',
    options,
    {
      limit: shape.integer({ min: 1, max: 1_000_000 }),
      window: shape.integer({ min: 1, max: 86_400 }),
      key: shape.either(shape.oneOf(['address', 'all']), shape.object({ header: shape.text(), claim: shape.text() })),
      burst: shape.integer({ min: 1, max: 1_000_000 }),
    },
    ['limit', 'window'],
  )
  const { limit, window, key = 'address', burst = limit } = options
  return { plan: { limit, window, burst, key: keyPlan(key) } }
}

function keyPlan(key: RateLimitKey): RateKey {
  if (typeof key === 'string') return { kind: key }
  const [name, ...more] = Object.keys(key)
  if (name === undefined || more.length > 0) {
    throw new BoltError(
      'invalid-option',
      `rateLimit(): key ${JSON.stringify(key)}`,
      "give 'address', 'all', { header } or { claim }",
    )
  }
  if ('claim' in key) return { kind: 'claim', claim: key.claim }
  if (!isToken(key.header))
    throw new BoltError(
      'invalid-option',
      `rateLimit(): '${key.header}' is no header name`,
      "give a name such as 'x-api-key'",
    )
  return { kind: 'header', name: key.header.toLowerCase() }
}

/** The check of every option that takes rate limits. */
export const rateLimits: Check = (value) => {
  const areMade = [value].flat().every((one) => typeof (one as RateLimit | null)?.plan?.limit === 'number')
  return areMade ? undefined : 'rateLimit(…), or a list of them'
}

/** Numbers the limits of an application in the order in which routes first name them. */
export class RateLimits {
  readonly plans: RateLimitPlan[] = []
  readonly #known = new Map<RateLimit, number>()

  /** The limits that hold for a route, outermost first; `own` are the route's. */
  of(route: Declared, own: RateLimitOption | undefined): number[] {
    const given = [...scopesOf(route.scope).map(({ options }) => options.rateLimit), own]
    return given
      .flatMap((option) => (option === undefined ? [] : [option].flat()))
      .map((limit) => this.#indexOf(limit as RateLimit))
  }

  /** The first limit of these that counts by a claim. */
  byClaim(indexes: readonly number[]): string | undefined {
    const keys = indexes.map((index) => this.plans[index]?.key)
    return keys.flatMap((key) => (key?.kind === 'claim' ? [key.claim] : []))[0]
  }

  #indexOf(limit: RateLimit): number {
    const known = this.#known.get(limit) ?? this.plans.push(limit.plan) - 1
    this.#known.set(limit, known)
    return known
  }
}

/** One limit or several; a request must be within all of them. */
export type RateLimitOption = RateLimit | readonly RateLimit[]
