/** Express with 200 routes. */
import express from 'express'
import { listening } from '../app/listening.mjs'

const app = express()
for (let n = 0; n < 100; n += 1) {
  app.get(`/things-${n}`, (_request, response) => response.json([]))
  app.get(`/things-${n}/:id`, (request, response) => response.json({ id: request.params.id }))
}
const server = app.listen(0, '127.0.0.1', () => listening({ main: server.address().port }))
