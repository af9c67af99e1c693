/** @bolt-app/core with queries in the place of handlers: JavaScript declares them, and is not entered for a request. */
import { drizzle } from 'drizzle-orm/postgres-js'
import { createApp } from '../../../native-core/dist/index.js'
import { native } from '../../../native-core/dist/postgres.js'
import { url } from '../app/environment.mjs'
import { listen, NewNote, NoteId, options } from '../app/ours.mjs'
import { queries } from '../app/queries.mjs'

const { list, one, insert } = queries(drizzle(native(url, options)))
const app = createApp()

app.get('/notes', list)
app.get('/notes/:id', { params: NoteId }, one)
app.post('/notes', { body: NewNote, status: 201 }, insert)

await listen(app)

// The figures are those of Rust alone: should a query need JavaScript after all, this server is out.
setInterval(() => {
  const { javascriptCalls } = app.stats()
  if (javascriptCalls > 0) throw new Error(`JavaScript was entered ${javascriptCalls} times`)
}, 1000).unref()
