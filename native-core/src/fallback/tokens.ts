import type { JWK } from 'jose'
import { parseCookies } from '../cookies.ts'
import type { JwtPlan } from '../plan.ts'

/** What came of looking for a token. */
export type TokenResult = { kind: 'verified'; claims: string } | { kind: 'invalid' } | { kind: 'absent' }

type Headers = (name: string) => string | undefined

/** Checks tokens as one `jwt()` of the application says. */
export class TokenCheck {
  readonly #plan: JwtPlan
  #keys: JWK[]

  constructor(plan: JwtPlan) {
    this.#plan = plan
    this.#keys = plan.jwks.keys as JWK[]
  }

  setKeys(keys: Array<Record<string, unknown>>): void {
    this.#keys = keys as JWK[]
  }

  async check(header: Headers): Promise<TokenResult> {
    const token = tokenFrom(this.#plan, header)
    if (token === undefined) return { kind: 'absent' }
    for (const key of this.#candidates(token)) {
      const claims = await this.#verify(token, key)
      if (claims !== undefined) return { kind: 'verified', claims }
    }
    return { kind: 'invalid' }
  }

  /** Keys of the token's id and algorithm family; a token never chooses how a key is used. */
  #candidates(token: string): JWK[] {
    const head = readHead(token)
    if (head === undefined || !this.#plan.algorithms.some((name) => name === head.alg)) return []
    return this.#keys.filter((key) => {
      if (familyOf(head.alg) !== key.kty) return false
      if (key.alg !== undefined && key.alg !== head.alg) return false
      return head.kid === undefined || key.kid === undefined || key.kid === head.kid
    })
  }

  async #verify(token: string, key: JWK): Promise<string | undefined> {
    const { algorithms, issuer, audience, leeway, required } = this.#plan
    const { importJWK, jwtVerify } = await import('jose')
    try {
      const head = readHead(token)
      const imported = await importJWK(key, head?.alg)
      const { payload } = await jwtVerify(token, imported, {
        algorithms,
        clockTolerance: leeway,
        requiredClaims: ['exp', ...required],
        ...(issuer === null ? {} : { issuer }),
        ...(audience === null ? {} : { audience }),
      })
      return JSON.stringify(payload)
    } catch {
      // Any reason makes the token invalid; which one is nobody's business but the issuer's.
      return undefined
    }
  }
}

function tokenFrom(plan: JwtPlan, header: Headers): string | undefined {
  if (plan.from.kind === 'cookie') return parseCookies(header('cookie'))[plan.from.name]
  const value = header('authorization')
  const match = value === undefined ? null : /^bearer +(\S+) *$/i.exec(value)
  return match?.[1]
}

function readHead(token: string): { alg: string; kid?: string } | undefined {
  try {
    const head = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
      alg?: unknown
      kid?: unknown
    }
    if (typeof head.alg !== 'string') return undefined
    return { alg: head.alg, ...(typeof head.kid === 'string' ? { kid: head.kid } : {}) }
  } catch {
    return undefined
  }
}

function familyOf(algorithm: string): string {
  if (algorithm.startsWith('HS')) return 'oct'
  if (algorithm.startsWith('ES')) return 'EC'
  return algorithm === 'EdDSA' ? 'OKP' : 'RSA'
}
