import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasNative, native } from '@bolt-app/core/sqlite'
import { createClient } from '@libsql/client'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import * as schema from './schema.ts'

/** What better-auth calls this kind of database. */
export const provider = 'sqlite'

/** Typed access to the tables. */
export type Database = ReturnType<typeof connect>['db']

export interface Connection {
  readonly db: Database
  /** Fails when the database does not answer. */
  ping(): Promise<unknown>
  close(): Promise<void>
}

export function openDatabase(url: string): Connection {
  const { client, db } = connect(url)
  return { db, ping: () => db.run(sql`select 1`), close: async () => ('end' in client ? client.end() : client.close()) }
}

/** Rust runs files, where there is a native engine; libsql runs them elsewhere, and is asked for servers. The two give the same results. */
function connect(url: string) {
  const place = withFolder(url)
  const client = hasNative() && place.startsWith('file:') ? native(place) : createClient({ url: place })
  return { client, db: drizzle(client, { schema, casing: 'snake_case' }) }
}

/** SQLite makes the file, not the folder it is in. */
export function withFolder(url: string): string {
  if (url.startsWith('file:') && !url.startsWith('file::'))
    mkdirSync(dirname(url.slice('file:'.length)), { recursive: true })
  return url
}
