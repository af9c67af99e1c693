/** Bare node:http with 200 routes in a table. */
import http from 'node:http'
import { listening } from '../app/listening.mjs'

const routes = new Map()
for (let n = 0; n < 100; n += 1) {
  routes.set(`/things-${n}`, () => [])
  routes.set(`/things-${n}/:id`, (id) => ({ id }))
}
const server = http.createServer((request, response) => {
  const [, name, id] = request.url.split('/')
  const handle = routes.get(id === undefined ? `/${name}` : `/${name}/:id`)
  response
    .writeHead(handle ? 200 : 404, { 'content-type': 'application/json' })
    .end(JSON.stringify(handle?.(id) ?? null))
})
server.listen(0, '127.0.0.1', () => listening({ main: server.address().port }))
