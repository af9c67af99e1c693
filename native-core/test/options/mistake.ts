import { createApp, jwt } from '@bolt-app/core'

/** A mistake that must be refused where it is made, and what is said of it. */
export type Mistake = [title: string, act: () => unknown, code: string, message: RegExp, hint: RegExp]

/** JavaScript callers have no compiler. */
export type Loose = Record<string, (...args: unknown[]) => unknown>

export const secret = 'x'.repeat(32)
export const key = { kty: 'RSA', n: 'AQAB', e: 'AQAB' }
export const app = (): Loose => createApp() as unknown as Loose
export const make = createApp as unknown as (options: unknown) => unknown
export const token = jwt as unknown as (options: unknown) => unknown
export const handler = (): number => 1
export const auth = jwt({ algorithms: ['HS256'], secret })
