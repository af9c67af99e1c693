/** Fastify with its own schema compiler for bodies and responses. */

import { createVerifier } from 'fast-jwt'
import Fastify from 'fastify'
import { noteSchema } from '../app/note.mjs'
import { secret } from '../app/token.mjs'
import { invalid, unauthorized } from '../app/violations.mjs'

const verify = createVerifier({ key: secret, algorithms: ['HS256'] })
const app = Fastify({ ajv: { customOptions: { allErrors: true } } })

const object = (properties) => ({ response: { 200: { type: 'object', properties } } })
const text = { type: 'string' }

app.setErrorHandler((error, _request, reply) => {
  if (error.validation) return reply.code(422).send(invalid(error.validation))
  reply.code(500).send({ status: 500 })
})
app.get('/json', { schema: object({ message: text }) }, () => ({ message: 'Hello, World!' }))
app.get('/plaintext', () => 'Hello, World!')
app.get('/async', { schema: object({ message: text }) }, async () => Promise.resolve({ message: 'Hello, World!' }))
app.get('/users/:id', { schema: object({ id: text }) }, (request) => ({ id: request.params.id }))
app.post(
  '/notes',
  { schema: { body: noteSchema, ...object({ title: text, tags: { type: 'integer' } }) } },
  (request) => ({
    title: request.body.title,
    tags: request.body.tags.length,
  }),
)

async function authenticate(request, reply) {
  const header = request.headers.authorization
  try {
    if (!header?.startsWith('Bearer ')) throw new Error('no token')
    request.claims = verify(header.slice(7))
  } catch {
    return reply.code(401).type('application/problem+json').send(unauthorized)
  }
}
app.decorateRequest('claims', null)
app.get('/private', { onRequest: authenticate, schema: object({ sub: text }) }, (request) => ({
  sub: request.claims.sub,
}))

await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`listening ${app.server.address().port}`)
