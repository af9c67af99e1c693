import type { JwtOptions, PublicJwk } from './auth.ts'
import { BoltError } from './errors.ts'
import type { Algorithm } from './plan.ts'
import type { Schema } from './schema/standard.ts'

const symmetric: readonly Algorithm[] = ['HS256', 'HS384', 'HS512']

/** The keys of a `jwt()` as a key set; refuses every combination that could let another kind of token in. */
export function keysOf(options: JwtOptions<Schema | undefined>): Array<Record<string, unknown>> {
  const given = (['secret', 'publicKey', 'jwks', 'jwksUrl'] as const).filter((name) => options[name] !== undefined)
  if (given.length !== 1) {
    throw new BoltError(
      'invalid-option',
      given.length === 0 ? 'jwt() has no key' : `jwt() has several keys: ${given.join(', ')}`,
      'give exactly one of secret, publicKey, jwks, jwksUrl (an empty environment variable is the usual reason)',
    )
  }
  const isShared = options.algorithms.some((name) => symmetric.includes(name))
  if (isShared && (given[0] !== 'secret' || options.algorithms.some((name) => !symmetric.includes(name)))) {
    throw new BoltError(
      'invalid-option',
      `jwt(): algorithms ${options.algorithms.join(', ')} with ${given[0]}`,
      'HS… algorithms need a secret, all others a public key; they cannot be mixed',
    )
  }
  if (!isShared && given[0] === 'secret') {
    throw new BoltError(
      'invalid-option',
      `jwt(): ${options.algorithms.join(', ')} cannot be checked with a secret`,
      'give publicKey, jwks or jwksUrl',
    )
  }
  if (options.secret !== undefined) return [secretKey(options.secret)]
  if (options.publicKey !== undefined) return [publicOnly(options.publicKey)]
  return (options.jwks?.keys ?? []).map(publicOnly)
}

function secretKey(secret: unknown): Record<string, unknown> {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw new BoltError('invalid-option', `jwt(): secret is a ${typeof secret}`, 'give a string or bytes')
  }
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret)
  if (bytes.length < 32) {
    throw new BoltError(
      'invalid-option',
      `jwt(): the secret has ${bytes.length} bytes`,
      'use at least 32 random bytes, for instance of `openssl rand -base64 32`',
    )
  }
  return { kty: 'oct', k: bytes.toString('base64url') }
}

function publicOnly(key: PublicJwk): Record<string, unknown> {
  if (key.kty === 'oct' || 'd' in key) {
    throw new BoltError(
      'invalid-option',
      'jwt(): a private or shared key was given as a public key',
      'give the public half only, or use secret',
    )
  }
  return { ...key }
}

/** The address of a key set, which must not be changed on its way. */
export function httpsUrl(value: unknown): string {
  const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined
  const isLocal = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    throw new BoltError(
      'invalid-option',
      `jwt(): jwksUrl ${JSON.stringify(String(value))}`,
      'give an https: address (http: only for localhost)',
    )
  }
  return url.href
}
