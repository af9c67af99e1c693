/** @bolt-app/core with handlers that answer with what Rust wrote of the rows: JavaScript is entered, and makes no objects of them. */
import { createApp } from '../../../native-core/dist/index.js'
import { listen, NewNote, NoteId } from '../app/ours.mjs'
import { declared } from '../declared/declared.mjs'

const { list, one, insert } = await declared()
const app = createApp()

app.get('/notes', (ctx) => ctx.answer(list))
app.get('/notes/:id', { params: NoteId }, (ctx) => ctx.answer(one))
app.post('/notes', { body: NewNote, status: 201 }, (ctx) => ctx.answer(insert))

await listen(app)
