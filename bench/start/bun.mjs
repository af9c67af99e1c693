/** Bun.serve with 200 routes. */
import { listening } from '../app/listening.mjs'

const routes = {}
for (let n = 0; n < 100; n += 1) {
  routes[`/things-${n}`] = () => Response.json([])
  routes[`/things-${n}/:id`] = (request) => Response.json({ id: request.params.id })
}
listening({ main: Bun.serve({ port: 0, hostname: '127.0.0.1', routes }).port })
