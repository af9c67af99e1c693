/** Express with its body parser, its static files, the middleware that its users take, and Ajv. */
import { createServer } from 'node:https'
import cors from 'cors'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { eventBytes } from '../app/events.mjs'
import { listening } from '../app/listening.mjs'
import { files, tls } from '../app/made.mjs'
import { origin } from '../app/origin.mjs'
import { verify } from '../app/verifier.mjs'
import { invalid, isNote, tooMany, unauthorized } from '../app/violations.mjs'

const app = express()

function authenticate(request, response, next) {
  const header = request.headers.authorization
  try {
    if (!header?.startsWith('Bearer ')) throw new Error('no token')
    request.claims = verify(header.slice(7))
  } catch {
    return response.status(401).type('application/problem+json').send(unauthorized)
  }
  next()
}

const limit = rateLimit({
  windowMs: 3_600_000,
  limit: 1,
  handler: (_request, response) => response.status(429).type('application/problem+json').send(tooMany),
})

app.get('/json', (_request, response) => response.json({ message: 'Hello, World!' }))
app.get('/plaintext', (_request, response) => response.type('text/plain').send('Hello, World!'))
app.get('/async', async (_request, response) => response.json(await Promise.resolve({ message: 'Hello, World!' })))
app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
app.post('/notes', express.json(), (request, response) => {
  if (!isNote(request.body)) return response.status(422).json(invalid(isNote.errors))
  response.json({ title: request.body.title, tags: request.body.tags.length })
})
app.get('/private', authenticate, (request, response) => response.json({ sub: request.claims.sub }))
app.get('/limited', limit, (_request, response) => response.json({}))
app.use('/files', express.static(files))
app.get('/events', async (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for await (const event of eventBytes()) response.write(event)
  response.end()
})

const across = express()
across.use(cors({ origin, credentials: true }))
across.get('/json', (_request, response) => response.json({ message: 'Hello, World!' }))

function listen(server) {
  return new Promise((done) => {
    const running = server.listen(0, '127.0.0.1', () => done(running.address().port))
  })
}

listening({ main: await listen(app), cors: await listen(across), tls: await listen(createServer(tls(), app)) })
