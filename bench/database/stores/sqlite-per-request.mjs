/** Drizzle over libsql as most of its users write it: each request builds its query. */
import { createClient } from '@libsql/client'
import { asc, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import { url } from '../app/environment.mjs'
import { notes } from '../app/sqlite-tables.mjs'

const db = drizzle({ client: createClient({ url }) })

export const list = () => db.select().from(notes).orderBy(asc(notes.id)).limit(10)

export const one = async (id) => (await db.select().from(notes).where(eq(notes.id, id)))[0]

export const insert = async (note) => (await db.insert(notes).values(note).returning())[0]
