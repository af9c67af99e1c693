/** @bolt-app/core as a user gets it: native, in Node's loop, all default limits on. */
import { z } from 'zod'
import { createApp, jwt } from '../../native-core/dist/index.js'
import { secret } from '../app/token.mjs'

const Note = z.strictObject({
  title: z.string().min(1).max(200),
  content: z.string().max(4000),
  priority: z.int().min(1).max(5),
  done: z.boolean().optional(),
  author: z.strictObject({ name: z.string().min(1).max(80), email: z.email() }),
  tags: z.array(z.string().min(1).max(40)).max(16),
})

const app = createApp()

app.get('/json', () => ({ message: 'Hello, World!' }))
app.get('/plaintext', () => 'Hello, World!')
app.get('/async', async () => Promise.resolve({ message: 'Hello, World!' }))
app.get('/users/:id', (ctx) => ({ id: ctx.params.id }))
app.post('/notes', { body: Note, status: 200 }, (ctx) => ({ title: ctx.body.title, tags: ctx.body.tags.length }))
app.get('/private', { auth: jwt({ algorithms: ['HS256'], secret }) }, (ctx) => ({ sub: ctx.auth.sub }))

const server = await app.listen({ port: 0, host: '127.0.0.1' })
if (app.host !== 'native') throw new Error(`the figures are those of the native core, but the host is "${app.host}"`)
console.log(`listening ${server.port}`)
