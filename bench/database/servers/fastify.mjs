/** Fastify with its own schema compiler for bodies and responses, over the store that is named. */
import Fastify from 'fastify'
import { listening } from '../../app/listening.mjs'
import { newNoteSchema } from '../app/new-note.mjs'
import { fortunePage, htmlType } from '../app/page.mjs'
import { anyWorld, changeWorlds, countOf, someWorlds } from '../app/worlds.mjs'
import { chosenStore } from '../stores/store.mjs'

const store = await chosenStore()

const text = { type: 'string' }
const integer = { type: 'integer' }
const note = {
  type: 'object',
  properties: {
    id: integer,
    title: text,
    body: text,
    published: { type: 'boolean' },
    createdAt: { type: 'string', format: 'date-time' },
  },
}
const world = { type: 'object', properties: { id: integer, randomNumber: integer } }
const list = (items) => ({ type: 'array', items })
const params = { type: 'object', properties: { id: integer } }

const app = Fastify({ ajv: { customOptions: { allErrors: true } } })
app.setErrorHandler((error, _request, reply) => {
  const status = error.validation ? 422 : (error.statusCode ?? 500)
  reply.code(status).send({ status })
})
app.get('/notes', { schema: { response: { 200: list(note) } } }, () => store.list())
app.get('/notes/:id', { schema: { params, response: { 200: note } } }, async (request, reply) => {
  const found = await store.one(request.params.id)
  return found ?? reply.code(404).send({ status: 404 })
})
app.post('/notes', { schema: { body: newNoteSchema, response: { 201: note } } }, (request, reply) => {
  reply.code(201)
  return store.insert(request.body)
})
app.get('/db', { schema: { response: { 200: world } } }, () => anyWorld(store))
app.get('/queries', { schema: { response: { 200: list(world) } } }, (request) =>
  someWorlds(store, countOf(request.query.queries)),
)
app.get('/updates', { schema: { response: { 200: list(world) } } }, (request) =>
  changeWorlds(store, countOf(request.query.queries)),
)
app.get('/fortunes', async (_request, reply) => {
  reply.type(htmlType)
  return fortunePage(await store.fortunes())
})

await app.listen({ port: 0, host: '127.0.0.1' })
listening({ main: app.server.address().port })
