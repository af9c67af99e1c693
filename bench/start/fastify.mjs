/** Fastify with 200 routes. */
import Fastify from 'fastify'
import { listening } from '../app/listening.mjs'

const app = Fastify()
for (let n = 0; n < 100; n += 1) {
  app.get(`/things-${n}`, () => [])
  app.get(`/things-${n}/:id`, (request) => ({ id: request.params.id }))
}
await app.listen({ port: 0, host: '127.0.0.1' })
listening({ main: app.server.address().port })
