import { hasNative, native } from '@bolt-app/core/postgres'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as schema from './schema.ts'

/** What better-auth calls this kind of database. */
export const provider = 'pg'

/** Typed access to the tables. */
export type Database = ReturnType<typeof connect>['db']

export interface Connection {
  readonly db: Database
  /** Fails when the database does not answer. */
  ping(): Promise<unknown>
  close(): Promise<void>
}

/** Connects when the first query is made. */
export function openDatabase(url: string): Connection {
  const { client, db } = connect(url)
  return { db, ping: () => db.execute(sql`select 1`), close: () => client.end({ timeout: 5 }) }
}

/** Rust keeps the connections, where there is a native engine; the two clients give the same results. */
function connect(url: string) {
  const client = hasNative() ? native(url) : postgres(url, { max: 10, onnotice: () => {} })
  return { client, db: drizzle(client, { schema, casing: 'snake_case' }) }
}
