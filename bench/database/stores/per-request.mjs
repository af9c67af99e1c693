/** Drizzle over postgres.js as most of its users write it: each request builds its query. */
import { asc, eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { connections, url } from '../app/environment.mjs'
import { fortunes as fortuneTable, notes, worlds } from '../app/tables.mjs'

const db = drizzle(postgres(url, { max: connections }))

export const list = () => db.select().from(notes).orderBy(asc(notes.id)).limit(10)

export const one = async (id) => (await db.select().from(notes).where(eq(notes.id, id)))[0]

export const insert = async (note) => (await db.insert(notes).values(note).returning())[0]

export const world = async (id) => (await db.select().from(worlds).where(eq(worlds.id, id)))[0]

export const fortunes = () => db.select().from(fortuneTable)

export function update(rows) {
  const places = rows.map(({ id, randomNumber }) => sql`(${id}::int, ${randomNumber}::int)`)
  return db
    .update(worlds)
    .set({ randomNumber: sql`w.n` })
    .from(sql`(values ${sql.join(places, sql`, `)} order by 1) as w(id, n)`)
    .where(sql`${worlds.id} = w.id`)
}
