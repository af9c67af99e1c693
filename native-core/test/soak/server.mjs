/** The server under test; its parent asks it to measure itself. Run with `--expose-gc`. */
import { readdirSync } from 'node:fs'
import { createApp } from '@bolt-app/core'

const silent = { info: () => {}, warn: () => {}, error: () => {} }
const app = createApp({ logger: silent })
app.get('/json', () => ({ message: 'Hello, World!' }))
app.get('/users/:id', async ({ params }) => ({ id: params.id }))
app.post('/echo', ({ request }) => ({ bytes: request.bytes().byteLength }))
app.get('/stream', async function* () {
  for (;;) {
    yield 'x'.repeat(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
})
app.mount('/mounted', async (request) => new Response(await request.text()))
app.get(
  '/slow',
  ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ late: true }))),
)

const { port } = await app.listen({ port: 0 })
process.on('message', async () => process.send(await measured()))
process.send({ port })

/** When nothing is under way any more, or after 5 s. */
async function measured() {
  for (let tries = 0; tries < 100 && (app.stats().connections > 0 || app.stats().inFlight > 0); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  const { connections, inFlight } = app.stats()
  return { rss, heapUsed, external, fds: readdirSync('/proc/self/fd').length, connections, inFlight }
}
