/** Hono on Node, with its validator middleware and Ajv. */
import { serve } from '@hono/node-server'
import { createVerifier } from 'fast-jwt'
import { Hono } from 'hono'
import { validator } from 'hono/validator'
import { secret } from '../app/token.mjs'
import { invalid, isNote } from '../app/violations.mjs'

const verify = createVerifier({ key: secret, algorithms: ['HS256'] })
const app = new Hono()

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

app.get('/json', (c) => c.json({ message: 'Hello, World!' }))
app.get('/plaintext', (c) => c.text('Hello, World!'))
app.get('/async', async (c) => c.json(await Promise.resolve({ message: 'Hello, World!' })))
app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
app.post('/notes', checkNote, (c) => {
  const note = c.req.valid('json')
  return c.json({ title: note.title, tags: note.tags.length })
})
app.get('/private', authenticate, (c) => c.json({ sub: c.get('claims').sub }))

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`listening ${port}`))
