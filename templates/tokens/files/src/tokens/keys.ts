import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'

/** An Ed25519 key pair; `kid` is its fingerprint. */
export interface SigningKey {
  readonly kid: string
  readonly privateJwk: JsonWebKey
  readonly publicJwk: { kty: string; kid: string; alg: string; use: string; crv: string; x: string }
}

/** PKCS #8 wrapping of the 32 bytes that an Ed25519 private key is. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A key from its 32 secret bytes (base64url), so that a key is one line in the environment. */
export async function signingKey(secret: string): Promise<SigningKey> {
  const key = Buffer.concat([pkcs8Prefix, Buffer.from(secret, 'base64url')])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  const { kty = '', crv = '', x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint({ kty, crv, x })
  return {
    kid,
    privateJwk: privateKey.export({ format: 'jwk' }),
    publicJwk: { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' },
  }
}
