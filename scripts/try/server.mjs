/** What a binary must be able to do: run by `try-binary.mjs` with the core that npm installed, in a folder with the files of `prepare`. */
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
  app.static('/files', 'files')
  app.ws('/echo', { message: (socket, message) => void socket.send(message) })
  return app
}

const [plain, encrypted, thread, local] = [build(), build(), build(), build()]
plain.onShutdown(() => Promise.all([encrypted, thread, local].map((app) => app.close())))
const places = {
  plain: await plain.listen({ port: 0, signals: true }),
  encrypted: await encrypted.listen({ port: 0, tls: { cert: 'cert.pem', key: 'key.pem' } }),
  thread: await thread.listen({ port: 0, io: 'thread' }),
}
if (process.platform !== 'win32') await local.listen({ path: 'app.sock' })
const ports = Object.entries(places).map(([name, { port }]) => [name, port])
console.log(`listening ${JSON.stringify(Object.fromEntries(ports))}`)
