import { jwt } from '@bolt-app/core'
import { SignJWT } from 'jose'
import { z } from 'zod'
import type { Env } from '#env'
import { type SigningKey, signingKey } from './keys.ts'

const Client = z.object({ sub: z.string(), scope: z.array(z.string()).default([]) })

/** A program that called with a token. */
export type Client = z.infer<typeof Client>

export type Tokens = Awaited<ReturnType<typeof createTokens>>

/**
 * Tokens for machine clients: signed here, verified in Rust. To replace a key, put the new one in front of `TOKEN_KEYS` and drop the old one
 * when its last token has run out.
 */
export async function createTokens(env: Pick<Env, 'TOKEN_KEYS' | 'TOKEN_ISSUER'>) {
  const keys = await Promise.all(env.TOKEN_KEYS.map(signingKey))
  const jwks = { keys: keys.map((key) => key.publicJwk) }
  return {
    /** Public keys, for others who want to verify our tokens. */
    jwks,
    /** Lets clients in. */
    access: jwt({ algorithms: ['EdDSA'], jwks, issuer: env.TOKEN_ISSUER, audience: env.TOKEN_ISSUER, claims: Client }),
    issue: (grant: Grant) => issue(keys[0] as SigningKey, env.TOKEN_ISSUER, grant),
  }
}

export interface Grant {
  /** Name of the client. */
  subject: string
  /** What it may do. */
  scope: readonly string[]
  days: number
}

async function issue(key: SigningKey, issuer: string, { subject, scope, days }: Grant): Promise<string> {
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
    .setSubject(subject)
    .setIssuer(issuer)
    .setAudience(issuer)
    .setIssuedAt()
    .setJti(crypto.randomUUID())
    .setExpirationTime(`${days} days`)
    .sign(key.privateJwk)
}
