import { fileURLToPath } from 'node:url'
import { type App, createApp, file, reply, sse } from '@bolt-app/core'
import { js } from './entered.ts'

const publicFolder = fileURLToPath(new URL('../public', import.meta.url))
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What the routes answer with, long enough to be compressed. */
export const long = 'a line that is said again\n'.repeat(100)

/** More than is compressed at one time. */
export const veryLong = Array.from(
  { length: 30_000 },
  (_, at) => `line ${(at * 2_654_435_761) % 4_294_967_296}\n`,
).join('')

/** Compression at work, without zstd: not every Node has it. */
export function compressedApp(): App {
  const app = createApp({ logger: silent, compression: { encodings: ['gzip', 'br'] } })
  app.get(
    '/text',
    js(() => long),
  )
  app.get(
    '/json',
    js(() => ({ long })),
  )
  app.get(
    '/later',
    js(async () => ({ long })),
  )
  app.get(
    '/small',
    js(() => ({ ok: true })),
  )
  app.get(
    '/picture',
    js(() => reply(long, { headers: { 'content-type': 'image/png' } })),
  )
  app.get(
    '/tagged',
    js(() => reply(long, { headers: { etag: '"v1"', vary: 'cookie' } })),
  )
  app.get(
    '/encoded',
    js(() => reply(long, { headers: { 'content-encoding': 'x-own' } })),
  )
  app.get(
    '/no-transform',
    js(() => reply(long, { headers: { 'cache-control': 'public, no-transform' } })),
  )
  app.get(
    '/as-is',
    js(() => reply(long, { compression: false })),
  )
  app.get(
    '/partial',
    js(() => new Response(long, { status: 206, headers: { 'content-type': 'text/plain' } })),
  )
  app.get(
    '/opted-out',
    { compression: false },
    js(() => long),
  )
  app.group('/quiet', { compression: false }, (r) => {
    r.get(
      '/text',
      js(() => long),
    )
  })
  app.get(
    '/stream',
    js(async function* () {
      for (let count = 0; count < 100; count++) yield 'a line that is said again\n'
    }),
  )
  app.get(
    '/stream-as-is',
    js(() => reply(new Blob([long]).stream(), { compression: false, headers: { 'content-type': 'text/plain' } })),
  )
  app.get(
    '/stream-of-length',
    js(() =>
      reply(new Blob([long]).stream(), {
        length: long.length,
        headers: { 'content-type': 'text/plain', etag: '"v1"' },
      }),
    ),
  )
  app.get(
    '/events',
    js(() => sse(async (send) => void (await send(long)))),
  )
  app.get(
    '/large',
    js(() => veryLong),
  )
  app.mount(
    '/mounted',
    js(() => new Response(long, { headers: { 'content-type': 'text/html' } })),
  )
  app.answer('/fixed', { long })
  app.answer('/fixed-as-is', { long }, { compression: false })
  app.static('/files', `${publicFolder}/built`)
  app.static('/plain-files', `${publicFolder}/built`, { compression: false })
  app.get(
    '/file',
    js(() => file('built/alone.txt', { root: publicFolder })),
  )
  return app
}
