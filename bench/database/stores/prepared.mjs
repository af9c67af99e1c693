/** Drizzle with queries that are built and prepared once. */
import { asc, eq, sql } from 'drizzle-orm'
import { fortunes, notes, worlds } from '../app/tables.mjs'

/** The store over a database of Drizzle's. */
export function prepared(db) {
  const list = db.select().from(notes).orderBy(asc(notes.id)).limit(10).prepare('list')
  const one = db
    .select()
    .from(notes)
    .where(eq(notes.id, sql.placeholder('id')))
    .prepare('one')
  const place = (name) => sql.placeholder(name)
  const insert = db
    .insert(notes)
    .values({ title: place('title'), body: place('body'), published: place('published') })
    .returning()
    .prepare('insert')
  const world = db
    .select()
    .from(worlds)
    .where(eq(worlds.id, sql.placeholder('id')))
    .prepare('world')
  const all = db.select().from(fortunes).prepare('fortunes')
  const updates = new Map()
  const updateOf = (rows) => {
    if (!updates.has(rows)) updates.set(rows, updateAll(db, rows).prepare(`update ${rows}`))
    return updates.get(rows)
  }
  return {
    list: () => list.execute(),
    one: async (id) => (await one.execute({ id }))[0],
    insert: async (note) => (await insert.execute(note))[0],
    world: async (id) => (await world.execute({ id }))[0],
    fortunes: () => all.execute(),
    update: (rows) => updateOf(rows.length).execute(valuesOf(rows)),
  }
}

/** The same statement as that of the others. */
function updateAll(db, rows) {
  const places = Array.from(
    { length: rows },
    (_, at) => sql`(${sql.placeholder(`id${at}`)}::int, ${sql.placeholder(`n${at}`)}::int)`,
  )
  const values = sql`(values ${sql.join(places, sql`, `)} order by 1) as w(id, n)`
  return db.update(worlds).set({ randomNumber: sql`w.n` }).from(values).where(sql`${worlds.id} = w.id`)
}

const valuesOf = (rows) =>
  Object.fromEntries(
    rows.flatMap(({ id, randomNumber }, at) => [
      [`id${at}`, id],
      [`n${at}`, randomNumber],
    ]),
  )
