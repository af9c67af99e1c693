import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { betterAuth } from 'better-auth/minimal'
import type { Logger } from 'pino'
import { about } from '#about'
import { type Database, provider } from '#db/client'
import type { Env } from '#env'
import { accounts, sessions, users, verifications } from './tables.ts'

/** Seconds for which a session is believed without asking the database; signing out elsewhere takes effect within this time. */
const cacheSeconds = 300

/** Header that tells better-auth the client's address; set by us, whatever the client sent. Sign-in attempts are limited by it. */
export const addressHeader = 'x-client-address'

export type SignIn = ReturnType<typeof createSignIn>

/** Sign-up, sign-in, sign-out and sessions, by better-auth. Its signed cookie cache is what the core verifies in Rust. */
export function createSignIn(db: Database, env: Env, log: Logger) {
  return betterAuth({
    appName: about.name,
    baseURL: env.APP_URL,
    secret: env.AUTH_SECRET,
    trustedOrigins: env.NODE_ENV === 'production' ? [] : ['http://localhost:*', 'http://127.0.0.1:*'],
    database: drizzleAdapter(db, {
      provider,
      schema: { user: users, session: sessions, account: accounts, verification: verifications },
    }),
    emailAndPassword: { enabled: true, minPasswordLength: 10 },
    session: { cookieCache: { enabled: true, strategy: 'jwt', maxAge: cacheSeconds } },
    rateLimit: { enabled: env.NODE_ENV === 'production' },
    advanced: {
      ipAddress: { ipAddressHeaders: [addressHeader] },
      // Said outright, because better-auth would skip both in tests.
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    logger: { level: 'debug', log: (level, message, ...details) => log[level]({ details }, message) },
    telemetry: { enabled: false },
  })
}
