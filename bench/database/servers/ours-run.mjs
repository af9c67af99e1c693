/** @bolt-app/core with handlers that have Rust run queries of Drizzle's. */
import { createApp, HttpError, reply } from '../../../native-core/dist/index.js'
import { listen, NewNote, NoteId } from '../app/ours.mjs'
import { fortunePage, htmlType } from '../app/page.mjs'
import * as statements from '../app/sql.mjs'
import { anyWorld, changeWorlds, countOf, someWorlds } from '../app/worlds.mjs'
import { declared } from '../declared/declared.mjs'

const { client, list, one, insert, world, fortunes } = await declared()
const app = createApp()
const html = { headers: { 'content-type': htmlType } }

const storeOf = (ctx) => ({
  world: (id) => ctx.run(world, { params: { id } }),
  // A statement without rows is nothing to run as a query.
  update: (worlds) => client.unsafe(statements.update(worlds.length), statements.updated(worlds)),
})

app.get('/notes', (ctx) => ctx.run(list))
app.get('/notes/:id', { params: NoteId }, async (ctx) => {
  const note = await ctx.run(one)
  if (!note) throw new HttpError(404)
  return note
})
app.post('/notes', { body: NewNote, status: 201 }, (ctx) => ctx.run(insert))
app.get('/db', (ctx) => anyWorld(storeOf(ctx)))
app.get('/queries', (ctx) => someWorlds(storeOf(ctx), countOf(ctx.query.queries)))
app.get('/updates', (ctx) => changeWorlds(storeOf(ctx), countOf(ctx.query.queries)))
app.get('/fortunes', async (ctx) => reply(fortunePage(await ctx.run(fortunes)), html))

await listen(app)
