/** Elysia on Bun, with its own compiled validation and the plug-ins of its community. */

import { cors } from '@elysiajs/cors'
import { Elysia, file, sse, t } from 'elysia'
import { rateLimit } from 'elysia-rate-limit'
import { events } from '../app/events.mjs'
import { listening } from '../app/listening.mjs'
import { files, tls } from '../app/made.mjs'
import { origin } from '../app/origin.mjs'
import { verify } from '../app/verifier.mjs'
import { notFound, tooMany, unauthorized } from '../app/violations.mjs'

const problem = { 'content-type': 'application/problem+json' }

const note = t.Object(
  {
    title: t.String({ minLength: 1, maxLength: 200 }),
    content: t.String({ maxLength: 4000 }),
    priority: t.Integer({ minimum: 1, maximum: 5 }),
    done: t.Optional(t.Boolean()),
    author: t.Object(
      { name: t.String({ minLength: 1, maxLength: 80 }), email: t.String({ format: 'email' }) },
      { additionalProperties: false },
    ),
    tags: t.Array(t.String({ minLength: 1, maxLength: 40 }), { maxItems: 16 }),
  },
  { additionalProperties: false },
)

function account({ headers }) {
  const header = headers.authorization
  if (!header?.startsWith('Bearer ')) return new Response(unauthorized, { status: 401, headers: problem })
  try {
    return { sub: verify(header.slice(7)).sub }
  } catch {
    return new Response(unauthorized, { status: 401, headers: problem })
  }
}

function explain({ code, error }) {
  if (code === 'NOT_FOUND') return new Response(notFound, { status: 404, headers: problem })
  if (code !== 'VALIDATION') return
  const errors = error.all.map(({ path, message }) => ({ in: 'body', path, message }))
  const body = { type: 'about:blank', title: 'Unprocessable Content', status: 422, code: 'validation-failed', errors }
  return Response.json(body, { status: 422 })
}

async function* stream() {
  for await (const data of events()) yield sse({ data })
}

/** One request an hour; a nested instance does not know the server by itself. */
const limit = (injectServer) =>
  rateLimit({
    duration: 3_600_000,
    max: 1,
    scoping: 'scoped',
    errorResponse: tooMany,
    generator: (request, server) => server.requestIP(request).address,
    injectServer,
  })

function app() {
  const root = new Elysia({ normalize: false })
  return root
    .onError(explain)
    .get('/json', () => ({ message: 'Hello, World!' }))
    .get('/plaintext', () => 'Hello, World!')
    .get('/async', async () => Promise.resolve({ message: 'Hello, World!' }))
    .get('/users/:id', ({ params }) => ({ id: params.id }))
    .post('/notes', ({ body }) => ({ title: body.title, tags: body.tags.length }), { body: note })
    .get('/private', account)
    .get('/events', stream)
    .get('/files/:name', ({ params }) => file(`${files}/${params.name}`))
    .ws('/ws', { message: (socket, message) => void socket.send(message) })
    .use(new Elysia().use(limit(() => root.server)).get('/limited', () => ({})))
}

const listen = (built, more) => built.listen({ port: 0, hostname: '127.0.0.1', ...more }).server.port

const across = new Elysia().use(cors({ origin, credentials: true })).get('/json', () => ({ message: 'Hello, World!' }))
listening({ main: listen(app()), cors: listen(across), tls: listen(app(), { tls: tls() }) })
