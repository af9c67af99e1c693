/** What a binary must be able to do: run by `try-binary.mjs` with the core that npm installed, beside `cert.pem` and `key.pem`. */
import { createApp } from '@bolt-app/core'
import { z } from 'zod'

const rows = Array.from({ length: 500 }, (_, id) => ({ id, name: `row ${id}` }))

function build() {
  const app = createApp()
  app.get('/', () => ({ host: app.host, arch: process.arch, version: process.version }))
  app.get('/rows', () => rows)
  app.post('/notes', { body: z.strictObject({ title: z.string() }) }, (ctx) => ctx.body)
  app.get('/stream', async function* () {
    for (const { name } of rows) yield `${name}\n`
  })
  app.ws('/echo', { message: (socket, message) => void socket.send(message) })
  return app
}

const [plain, encrypted] = [build(), build()]
plain.onShutdown(() => encrypted.close())
const { port } = await plain.listen({ port: 0, signals: true })
const tls = await encrypted.listen({ port: 0, tls: { cert: 'cert.pem', key: 'key.pem' } })
console.log(`listening ${port} ${tls.port}`)
