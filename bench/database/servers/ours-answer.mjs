/** @bolt-app/core with handlers that answer with what Rust wrote of the rows: JavaScript is entered, and makes no objects of them. */
import { drizzle } from 'drizzle-orm/postgres-js'
import { createApp } from '../../../native-core/dist/index.js'
import { native } from '../../../native-core/dist/postgres.js'
import { url } from '../app/environment.mjs'
import { listen, NewNote, NoteId, options } from '../app/ours.mjs'
import { queries } from '../app/queries.mjs'

const { list, one, insert } = queries(drizzle(native(url, options)))
const app = createApp()

app.get('/notes', (ctx) => ctx.answer(list))
app.get('/notes/:id', { params: NoteId }, (ctx) => ctx.answer(one))
app.post('/notes', { body: NewNote, status: 201 }, (ctx) => ctx.answer(insert))

await listen(app)
