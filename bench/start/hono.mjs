/** Hono on Node with 200 routes. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { listening } from '../app/listening.mjs'

const app = new Hono()
for (let n = 0; n < 100; n += 1) {
  app.get(`/things-${n}`, (c) => c.json([]))
  app.get(`/things-${n}/:id`, (c) => c.json({ id: c.req.param('id') }))
}
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => listening({ main: port }))
