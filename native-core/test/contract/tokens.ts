import { createHmac } from 'node:crypto'

export const secret = 'a secret that is only used by the contract suite'

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs claims; every field can be forged for the tests. */
export function token(claims: object, options: { alg?: string; key?: string; typ?: string } = {}): string {
  const { alg = 'HS256', key = secret } = options
  const content = `${part({ alg, typ: 'JWT' })}.${part(claims)}`
  const hash = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[alg]
  const signature = hash === undefined ? '' : createHmac(hash, key).update(content).digest('base64url')
  return `${content}.${signature}`
}

const soon = Math.floor(Date.now() / 1000) + 3_600

export const good = {
  sub: 'ann',
  iss: 'https://issuer.example',
  aud: 'contract',
  exp: soon,
  role: 'admin',
  org: { plan: 'gold' },
}
export const bearer = (claims: object, options: Parameters<typeof token>[1] = {}): string =>
  `Bearer ${token(claims, options)}`

/** A token of any text that claims to be a header and any that claims to be claims, rightly signed. */
export function signed(header: string, claims: string): string {
  const content = [header, claims].map((text) => Buffer.from(text).toString('base64url')).join('.')
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}
