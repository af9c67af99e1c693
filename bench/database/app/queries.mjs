/** What our server declares with Drizzle and has Rust run. */
import { asc, eq } from 'drizzle-orm'
import { param, query } from '../../../native-core/dist/drizzle.js'

/** @param tables `notes`, and over PostgreSQL `worlds` and `fortunes` */
export const queries = (db, { notes, worlds, fortunes }) => ({
  list: query(db.select().from(notes).orderBy(asc(notes.id)).limit(10)),
  one: query.one(
    db
      .select()
      .from(notes)
      .where(eq(notes.id, param.path('id'))),
  ),
  insert: query.one(
    db
      .insert(notes)
      .values({ title: param.body('title'), body: param.body('body'), published: param.body('published') })
      .returning(),
  ),
  ...(worlds && worldQueries(db, worlds, fortunes)),
})

const worldQueries = (db, worlds, fortunes) => ({
  world: query.one(
    db
      .select()
      .from(worlds)
      .where(eq(worlds.id, param.path('id'))),
  ),
  fortunes: query(db.select().from(fortunes)),
})
