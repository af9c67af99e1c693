/** The shared secret of the JWT scenarios and the tokens sent with them. */
import { createHmac } from 'node:crypto'

export const secret = 'bench-secret-bench-secret-bench-secret'

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

function sign(claims, key) {
  const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`
}

const now = Math.floor(Date.now() / 1000)
const claims = { sub: 'user-1', role: 'editor', iat: now, exp: now + 86_400 }

export const goodToken = sign(claims, secret)

/** Well-formed, signed with another key. */
export const badToken = sign(claims, 'another-secret-another-secret-another')
