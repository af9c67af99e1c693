/** brahma-firelight: hyper and tokio on threads of their own, one ThreadsafeFunction call per request. It needs a port by number. */
import { createServer } from 'node:net'
import { createApp } from 'brahma-firelight'
import { wait } from '../app/limit.mjs'
import { listening } from '../app/listening.mjs'
import { verify } from '../app/verifier.mjs'
import { invalid, isNote, tooMany, unauthorized } from '../app/violations.mjs'

const problem = { 'Content-Type': 'application/problem+json' }
const app = createApp()

function account(request, response) {
  const header = request.headers.authorization
  try {
    if (!header?.startsWith('Bearer ')) throw new Error('no token')
    response.json({ sub: verify(header.slice(7)).sub })
  } catch {
    response.send(401, problem, unauthorized)
  }
}

app.get('/json', (_request, response) => response.json({ message: 'Hello, World!' }))
app.get('/plaintext', (_request, response) => response.text('Hello, World!'))
app.get('/async', async (_request, response) => response.json(await Promise.resolve({ message: 'Hello, World!' })))
app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
app.post('/notes', (request, response) => {
  const value = JSON.parse(request.body)
  if (!isNote(value)) return response.json(invalid(isNote.errors), 422)
  response.json({ title: value.title, tags: value.tags.length })
})
app.get('/private', account)
app.get('/limited', (_request, response) => {
  const seconds = wait('127.0.0.1')
  if (seconds === 0) return response.json({})
  response.send(429, { ...problem, 'Retry-After': String(seconds) }, tooMany)
})

const port = await new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = probe.address()
    probe.close(() => done(free))
  })
})
app.listen('127.0.0.1', port, () => listening({ main: port }))
