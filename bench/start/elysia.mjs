/** Elysia on Bun with 200 routes. */
import { Elysia } from 'elysia'
import { listening } from '../app/listening.mjs'

const app = new Elysia()
for (let n = 0; n < 100; n += 1) {
  app.get(`/things-${n}`, () => [])
  app.get(`/things-${n}/:id`, ({ params }) => ({ id: params.id }))
}
listening({ main: app.listen({ port: 0, hostname: '127.0.0.1' }).server.port })
