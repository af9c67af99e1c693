/** Express with its body parser and Ajv, over the store that is named. */
import express from 'express'
import { listening } from '../../app/listening.mjs'
import { isNewNote } from '../app/new-note.mjs'
import { fortunePage, htmlType } from '../app/page.mjs'
import { anyWorld, changeWorlds, countOf, someWorlds } from '../app/worlds.mjs'
import { chosenStore } from '../stores/store.mjs'

const store = await chosenStore()
const app = express()

app.get('/notes', async (_request, response) => response.json(await store.list()))
app.get('/notes/:id', async (request, response) => {
  const id = Number(request.params.id)
  if (!Number.isInteger(id)) return response.status(422).json({ status: 422 })
  const note = await store.one(id)
  if (!note) return response.status(404).json({ status: 404 })
  response.json(note)
})
app.post('/notes', express.json(), async (request, response) => {
  if (!isNewNote(request.body)) return response.status(422).json({ status: 422 })
  response.status(201).json(await store.insert(request.body))
})
app.get('/db', async (_request, response) => response.json(await anyWorld(store)))
app.get('/queries', async (request, response) => response.json(await someWorlds(store, countOf(request.query.queries))))
app.get('/updates', async (request, response) =>
  response.json(await changeWorlds(store, countOf(request.query.queries))),
)
app.get('/fortunes', async (_request, response) => response.type(htmlType).send(fortunePage(await store.fortunes())))

const server = app.listen(0, '127.0.0.1', () => listening({ main: server.address().port }))
