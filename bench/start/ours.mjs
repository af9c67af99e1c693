/** @bolt-app/core with 200 routes. */
import { createApp } from '../../native-core/dist/index.js'
import { listening } from '../app/listening.mjs'

const app = createApp()
for (let n = 0; n < 100; n += 1) {
  app.get(`/things-${n}`, () => [])
  app.get(`/things-${n}/:id`, (ctx) => ({ id: ctx.params.id }))
}
const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
listening({ main: port })
