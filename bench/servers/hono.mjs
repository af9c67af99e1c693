/** Hono on Node, with its middleware and Ajv. */
import { createServer } from 'node:https'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { streamSSE } from 'hono/streaming'
import { validator } from 'hono/validator'
import { rateLimiter } from 'hono-rate-limiter'
import { events } from '../app/events.mjs'
import { listening } from '../app/listening.mjs'
import { files, tls } from '../app/made.mjs'
import { origin } from '../app/origin.mjs'
import { verify } from '../app/verifier.mjs'
import { invalid, isNote, tooMany } from '../app/violations.mjs'

const checkNote = validator('json', (value, c) => (isNote(value) ? value : c.json(invalid(isNote.errors), 422)))

async function authenticate(c, next) {
  const header = c.req.header('authorization')
  try {
    if (!header?.startsWith('Bearer ')) throw new Error('no token')
    c.set('claims', verify(header.slice(7)))
  } catch {
    return c.json({ type: 'about:blank', title: 'Unauthorized', status: 401, code: 'unauthorized' }, 401)
  }
  await next()
}

const limit = rateLimiter({
  windowMs: 3_600_000,
  limit: 1,
  keyGenerator: (c) => getConnInfo(c).remote.address,
  handler: (c) => c.body(tooMany, 429, { 'content-type': 'application/problem+json' }),
})

const app = new Hono()
app.get('/json', (c) => c.json({ message: 'Hello, World!' }))
app.get('/plaintext', (c) => c.text('Hello, World!'))
app.get('/async', async (c) => c.json(await Promise.resolve({ message: 'Hello, World!' })))
app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
app.post('/notes', checkNote, (c) => {
  const note = c.req.valid('json')
  return c.json({ title: note.title, tags: note.tags.length })
})
app.get('/private', authenticate, (c) => c.json({ sub: c.get('claims').sub }))
app.get('/limited', limit, (c) => c.json({}))
app.get('/files/*', serveStatic({ root: files, rewriteRequestPath: (path) => path.slice('/files'.length) }))
app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    for await (const data of events()) await stream.writeSSE({ data })
  }),
)

const across = new Hono()
across.use(cors({ origin, credentials: true }))
across.get('/json', (c) => c.json({ message: 'Hello, World!' }))

function listen({ fetch }, more) {
  return new Promise((done) => serve({ fetch, port: 0, hostname: '127.0.0.1', ...more }, ({ port }) => done(port)))
}

listening({
  main: await listen(app),
  cors: await listen(across),
  tls: await listen(app, { createServer, serverOptions: tls() }),
})
