/** @bolt-app/core with queries in the place of handlers: JavaScript declares them, and is not entered for a request. */
import { asc, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { param, query } from '../../../native-core/dist/drizzle.js'
import { createApp } from '../../../native-core/dist/index.js'
import { native } from '../../../native-core/dist/postgres.js'
import { url } from '../app/environment.mjs'
import { listen, NewNote, NoteId, options } from '../app/ours.mjs'
import { notes } from '../app/tables.mjs'

const db = drizzle(native(url, options))
const app = createApp()

app.get('/notes', query(db.select().from(notes).orderBy(asc(notes.id)).limit(10)))
app.get(
  '/notes/:id',
  { params: NoteId },
  query.one(
    db
      .select()
      .from(notes)
      .where(eq(notes.id, param.path('id'))),
  ),
)
app.post(
  '/notes',
  { body: NewNote, status: 201 },
  query.one(
    db
      .insert(notes)
      .values({ title: param.body('title'), body: param.body('body'), published: param.body('published') })
      .returning(),
  ),
)

await listen(app)

// The figures are those of Rust alone: should a query need JavaScript after all, this server is out.
setInterval(() => {
  const { javascriptCalls } = app.stats()
  if (javascriptCalls > 0) throw new Error(`JavaScript was entered ${javascriptCalls} times`)
}, 1000).unref()
