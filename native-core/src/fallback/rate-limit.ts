import { isIP } from 'node:net'
import { builtins } from '../builtins.ts'
import type { RateLimitPlan } from '../plan.ts'
import { claimAt } from '../runner.ts'
import type { Exchange } from './exchange.ts'
import { Rejection } from './rejection.ts'

const WAYS = 8
const SETS = 8_192

/**
 * Accounts by hashed key, in memory of a fixed size. Where it is full, a newcomer takes the place of the key that has used least and goes
 * on from that one's account, so that nobody is ever counted short; the same as in Rust.
 */
class Table {
  readonly #keys = new Float64Array(SETS * WAYS)
  readonly #arrivals = new Float64Array(SETS * WAYS)

  /** Counts one request; the milliseconds until there is room for one, or 0 when it was let in. */
  take(key: number, now: number, interval: number, allowance: number): number {
    const first = (key % SETS) * WAYS
    let at = first
    for (let way = first; way < first + WAYS; way++) {
      if (this.#keys[way] === key) {
        at = way
        break
      }
      if ((this.#arrivals[way] as number) < (this.#arrivals[at] as number)) at = way
    }
    const next = Math.max(this.#arrivals[at] as number, now) + interval
    if (next > now + allowance + 1e-6) return next - now - allowance
    this.#keys[at] = key
    this.#arrivals[at] = next
    return 0
  }
}

/** One rate limit of the plan on node:http. */
export class RateCheck {
  readonly #plan: RateLimitPlan
  readonly #table = new Table()
  readonly #secret = builtins.crypto.randomBytes(16)

  constructor(plan: RateLimitPlan) {
    this.#plan = plan
  }

  get isByClaim(): boolean {
    return this.#plan.key.kind === 'claim'
  }

  /** Counts the request, or throws the 429. */
  take(exchange: Exchange): void {
    const { limit, window, burst, key } = this.#plan
    const interval = (window * 1_000) / limit
    const wait = this.#table.take(this.#hash(this.#keyOf(exchange)), performance.now(), interval, interval * burst)
    if (wait === 0) return
    const seconds = Math.max(1, Math.ceil(wait / 1_000))
    const whose = {
      address: 'from this address',
      all: 'of all clients',
      header: 'with this header',
      claim: 'of this identity',
    }
    throw new Rejection(
      'too-many-requests',
      `More than ${limit} requests in ${window} s ${whose[key.kind]} (rateLimit).`,
      {
        headers: [
          ...['retry-after', String(seconds)],
          ...['ratelimit-policy', `"${key.kind}";q=${limit};w=${window}`],
          ...['ratelimit', `"${key.kind}";r=0;t=${seconds}`],
        ],
      },
    )
  }

  /** Requests without the header or claim count by their address: leaving it out must not open a way around the limit. */
  #keyOf(exchange: Exchange): string {
    const { key } = this.#plan
    if (key.kind === 'all') return 'all'
    const value =
      key.kind === 'header'
        ? exchange.header(key.name)
        : key.kind === 'claim' && exchange.claims !== undefined
          ? JSON.stringify(claimAt(JSON.parse(exchange.claims), key.claim))
          : undefined
    return value === undefined ? `address ${networkOf(exchange.address)}` : `${key.kind} ${value}`
  }

  /** 48 bits that nobody can choose. */
  #hash(key: string): number {
    return builtins.crypto.createHmac('sha256', this.#secret).update(key).digest().readUIntBE(0, 6) || 1
  }
}

/** Counts a request in each of its limits; those by claim only once somebody has signed in. */
export function takeRates(
  checks: readonly RateCheck[],
  given: readonly number[],
  exchange: Exchange,
  byClaim: boolean,
): void {
  for (const index of given) {
    const check = checks[index] as RateCheck
    if (check.isByClaim === byClaim) check.take(exchange)
  }
}

/** An IPv4 address, or the /64 network of an IPv6 one. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = (address.split('%')[0] as string).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...middle, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
