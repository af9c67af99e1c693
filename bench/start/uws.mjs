/** uWebSockets.js with 200 routes. */
import { createRequire } from 'node:module'
import { listening } from '../app/listening.mjs'

const uws = createRequire(import.meta.url)(
  `@trufflesuite/uws-js-unofficial/dist/uws_linux_x64_${process.versions.modules}.node`,
)
const app = uws.App()
for (let n = 0; n < 100; n += 1) {
  app.get(`/things-${n}`, (response) => response.end('[]'))
  app.get(`/things-${n}/:id`, (response, request) => response.end(JSON.stringify({ id: request.getParameter(0) })))
}
app.listen('127.0.0.1', 0, (token) => listening({ main: uws.us_socket_local_port(token) }))
