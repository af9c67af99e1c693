/** Drizzle over SQLite with queries that are built once. */
import { asc, eq, sql } from 'drizzle-orm'
import { notes } from '../app/sqlite-tables.mjs'

/** The store over a database of Drizzle's. */
export function prepared(db) {
  const place = (name) => sql.placeholder(name)
  const list = db.select().from(notes).orderBy(asc(notes.id)).limit(10).prepare()
  const one = db
    .select()
    .from(notes)
    .where(eq(notes.id, place('id')))
    .prepare()
  const insert = db
    .insert(notes)
    .values({ title: place('title'), body: place('body'), published: place('published') })
    .returning()
    .prepare()
  return {
    list: () => list.all(),
    one: async (id) => (await one.all({ id }))[0],
    insert: async (note) => (await insert.all(note))[0],
  }
}
