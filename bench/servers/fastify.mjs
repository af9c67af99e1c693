/** Fastify with its own schema compiler for bodies and responses, and its own plug-ins. */

import { Readable } from 'node:stream'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import staticFiles from '@fastify/static'
import webSocket from '@fastify/websocket'
import Fastify from 'fastify'
import { eventBytes } from '../app/events.mjs'
import { listening } from '../app/listening.mjs'
import { files, tls } from '../app/made.mjs'
import { noteSchema } from '../app/note.mjs'
import { origin } from '../app/origin.mjs'
import { verify } from '../app/verifier.mjs'
import { invalid, unauthorized } from '../app/violations.mjs'

const object = (properties) => ({ response: { 200: { type: 'object', properties } } })
const text = { type: 'string' }
const message = { schema: object({ message: text }) }

async function authenticate(request, reply) {
  const header = request.headers.authorization
  try {
    if (!header?.startsWith('Bearer ')) throw new Error('no token')
    request.claims = verify(header.slice(7))
  } catch {
    return reply.code(401).type('application/problem+json').send(unauthorized)
  }
}

async function build(options = {}) {
  const app = Fastify({ ajv: { customOptions: { allErrors: true } }, ...options })
  app.setErrorHandler((error, _request, reply) => {
    if (error.validation) return reply.code(422).send(invalid(error.validation))
    reply.code(error.statusCode ?? 500).send({ status: error.statusCode ?? 500 })
  })
  await app.register(aside)
  app.get('/json', message, () => ({ message: 'Hello, World!' }))
  app.get('/plaintext', () => 'Hello, World!')
  app.get('/async', message, async () => Promise.resolve({ message: 'Hello, World!' }))
  app.get('/users/:id', { schema: object({ id: text }) }, (request) => ({ id: request.params.id }))
  const saved = object({ title: text, tags: { type: 'integer' } })
  app.post('/notes', { schema: { body: noteSchema, ...saved } }, (request) => ({
    title: request.body.title,
    tags: request.body.tags.length,
  }))
  app.decorateRequest('claims', null)
  app.get('/private', { onRequest: authenticate, schema: object({ sub: text }) }, (request) => ({
    sub: request.claims.sub,
  }))
  app.get('/events', (_request, reply) =>
    reply.type('text/event-stream').header('cache-control', 'no-cache').send(Readable.from(eventBytes())),
  )
  return app
}

/** What brings hooks of its own, in a context of its own: they must not run for the other routes. */
async function aside(app) {
  await app.register(webSocket)
  await app.register(rateLimit, { global: false })
  await app.register(staticFiles, { root: files, prefix: '/files/' })
  app.get('/limited', { config: { rateLimit: { max: 1, timeWindow: 3_600_000 } } }, () => ({}))
  app.get('/ws', { websocket: true }, (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }))
  })
}

async function across() {
  const app = Fastify()
  await app.register(cors, { origin, credentials: true })
  app.get('/json', message, () => ({ message: 'Hello, World!' }))
  return app
}

async function listen(app) {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

listening({
  main: await listen(await build()),
  cors: await listen(await across()),
  tls: await listen(await build({ https: tls() })),
})
