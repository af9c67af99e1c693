/** @bolt-app/core with handlers, over the store that is named. */
import { createApp, HttpError, reply } from '../../../native-core/dist/index.js'
import { listen, NewNote, NoteId } from '../app/ours.mjs'
import { fortunePage, htmlType } from '../app/page.mjs'
import { anyWorld, changeWorlds, countOf, someWorlds } from '../app/worlds.mjs'
import { chosenStore } from '../stores/store.mjs'

const store = await chosenStore()
const app = createApp()
const html = { headers: { 'content-type': htmlType } }

app.get('/notes', () => store.list())
app.get('/notes/:id', { params: NoteId }, async (ctx) => {
  const note = await store.one(ctx.params.id)
  if (!note) throw new HttpError(404)
  return note
})
app.post('/notes', { body: NewNote, status: 201 }, (ctx) => store.insert(ctx.body))
app.get('/db', () => anyWorld(store))
app.get('/queries', (ctx) => someWorlds(store, countOf(ctx.query.queries)))
app.get('/updates', (ctx) => changeWorlds(store, countOf(ctx.query.queries)))
app.get('/fortunes', async () => reply(fortunePage(await store.fortunes()), html))

await listen(app)
