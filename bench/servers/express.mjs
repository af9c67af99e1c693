/** Express with its JSON body parser and Ajv. */
import express from 'express'
import { createVerifier } from 'fast-jwt'
import { secret } from '../app/token.mjs'
import { invalid, isNote, unauthorized } from '../app/violations.mjs'

const verify = createVerifier({ key: secret, algorithms: ['HS256'] })
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

app.get('/json', (_request, response) => response.json({ message: 'Hello, World!' }))
app.get('/plaintext', (_request, response) => response.type('text/plain').send('Hello, World!'))
app.get('/async', async (_request, response) => response.json(await Promise.resolve({ message: 'Hello, World!' })))
app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
app.post('/notes', express.json(), (request, response) => {
  if (!isNote(request.body)) return response.status(422).json(invalid(isNote.errors))
  response.json({ title: request.body.title, tags: request.body.tags.length })
})
app.get('/private', authenticate, (request, response) => response.json({ sub: request.claims.sub }))

const server = app.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
