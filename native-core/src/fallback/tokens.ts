import type { JWK } from 'jose'
import { parseCookies } from '../cookies.ts'
import type { JwtPlan } from '../plan.ts'
import { parseStrict } from './json-text.ts'

/** What came of looking for a token. */
export type TokenResult = { kind: 'verified'; claims: string } | { kind: 'invalid' } | { kind: 'absent' }

/** Nesting of claims. */
const DEPTH = 32

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

/** The header of a token all of whose parts are as RFC 7515 and RFC 7519 have them; the library that verifies it is laxer. */
function readHead(token: string): { alg: string; kid?: string } | undefined {
  const [header, claims, signature, ...more] = token.split('.')
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined
  try {
    const head = readPart(header)
    readPart(claims)
    bytesOf(signature)
    // No extension is understood (RFC 7515 §4.1.11, RFC 7797).
    if ('crit' in head || 'b64' in head || typeof head.alg !== 'string') return undefined
    if (head.kid === undefined) return { alg: head.alg }
    return typeof head.kid === 'string' ? { alg: head.alg, kid: head.kid } : undefined
  } catch {
    return undefined
  }
}

/** A part that must be a JSON object without duplicate names (RFC 7519 §4). */
function readPart(encoded: string): Record<string, unknown> {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(encoded))
  const value = parseStrict(text, DEPTH)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('no object')
  return value as Record<string, unknown>
}

/** Decodes base64url; the same bytes have one spelling only, so that nobody can make another token of a token. */
function bytesOf(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64url')
  if (bytes.toString('base64url') !== encoded) throw new SyntaxError('no base64url')
  return bytes
}

function familyOf(algorithm: string): string {
  if (algorithm.startsWith('HS')) return 'oct'
  if (algorithm.startsWith('ES')) return 'EC'
  return algorithm === 'EdDSA' ? 'OKP' : 'RSA'
}
