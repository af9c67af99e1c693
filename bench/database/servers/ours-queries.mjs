/** @bolt-app/core with queries in the place of handlers: JavaScript declares them, and is not entered for a request. */
import { createApp } from '../../../native-core/dist/index.js'
import { listen, NewNote, NoteId } from '../app/ours.mjs'
import { declared } from '../declared/declared.mjs'

const { list, one, insert } = await declared()
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
