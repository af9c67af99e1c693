import { createApp, jwt } from '@bolt-app/core'
import { native } from '@bolt-app/core/postgres'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { secret } from '../contract/tokens.ts'
import * as schema from '../postgres/schema.ts'

/** Drizzle over a client of either kind. */
export type Database = ReturnType<typeof theirs>

type App = ReturnType<typeof createApp>

export const theirs = (url: string) =>
  drizzle(postgres(url, { max: 3, connect_timeout: 2, onnotice: () => undefined }), { schema })

export const ours = (url: string): Database => drizzle(native(url, { max: 3 }), { schema }) as unknown as Database

/** A way that a route with a query is answered. */
export interface Path {
  readonly name: string
  readonly core: 'native' | 'fallback'
  open(url: string): Database
  /** Whether JavaScript is entered for its requests. */
  readonly isEntered: boolean
}

export const paths: readonly Path[] = [
  { name: 'Rust', core: 'native', open: ours, isEntered: false },
  { name: 'JavaScript over the native client', core: 'native', open: ours, isEntered: true },
  { name: 'JavaScript over the package postgres', core: 'native', open: theirs, isEntered: true },
  { name: 'JavaScript on node:http', core: 'fallback', open: theirs, isEntered: true },
]

/** Makes an application that answers by a path: with middleware JavaScript is entered. */
export function appOn(path: Path, declare: (app: App) => void): App {
  const before = process.env.BOLT_CORE
  process.env.BOLT_CORE = path.core
  try {
    const app = createApp({ logger: quiet })
    if (path.isEntered) app.use((_, next) => next())
    declare(app)
    if (app.host !== path.core) throw new Error(`the host is ${app.host}`)
    return app
  } finally {
    if (before === undefined) delete process.env.BOLT_CORE
    else process.env.BOLT_CORE = before
  }
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export const auth = jwt({ algorithms: ['HS256'], secret })
