/** Our application: all routes of the scenarios, all default limits on. Run natively by `servers/ours.mjs`, its plan by our engine without Node. */
import { z } from 'zod'
import { createApp, jwt, rateLimit, sse } from '../../native-core/dist/index.js'
import { events } from './events.mjs'
import { files } from './made.mjs'
import { secret } from './token.mjs'

const Note = z.strictObject({
  title: z.string().min(1).max(200),
  content: z.string().max(4000),
  priority: z.int().min(1).max(5),
  done: z.boolean().optional(),
  author: z.strictObject({ name: z.string().min(1).max(80), email: z.email() }),
  tags: z.array(z.string().min(1).max(40)).max(16),
})

export function build(options) {
  const app = createApp(options)
  app.get('/json', () => ({ message: 'Hello, World!' }))
  app.get('/plaintext', () => 'Hello, World!')
  app.get('/async', async () => Promise.resolve({ message: 'Hello, World!' }))
  app.get('/users/:id', (ctx) => ({ id: ctx.params.id }))
  app.post('/notes', { body: Note, status: 200 }, (ctx) => ({ title: ctx.body.title, tags: ctx.body.tags.length }))
  app.get('/private', { auth: jwt({ algorithms: ['HS256'], secret }) }, (ctx) => ({ sub: ctx.auth.sub }))
  app.get('/limited', { rateLimit: rateLimit({ limit: 1, window: 3600 }) }, () => ({}))
  app.get('/events', () => sse(events()))
  app.ws('/ws', { message: (socket, message) => void socket.send(message) })
  app.static('/files', files)
  return app
}
