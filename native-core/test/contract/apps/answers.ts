import { fileURLToPath } from 'node:url'
import { type App, file, HttpError, redirect, reply } from '@bolt-app/core'
import { z } from 'zod'
import { js } from './entered.ts'

const publicFolder = fileURLToPath(new URL('../public', import.meta.url))

/** Routes that answer in every way there is. */
export function answers(app: App): void {
  app.answer('/healthz', { status: 'ok' })
  app.answer('/robots.txt', 'User-agent: *\n', { headers: { 'cache-control': 'public, max-age=60' } })
  app.get(
    '/file/:name',
    js((ctx) => file(ctx.params.name, { root: publicFolder })),
  )
  app.get(
    '/download',
    js(() =>
      reply(file(`${publicFolder}/hello.txt`, { type: 'text/x-own', download: 'grüße "x".txt' }), {
        headers: { 'x-more': '1' },
      }),
    ),
  )
  app.get(
    '/file-created',
    { status: 201 },
    js(() => file(`${publicFolder}/hello.txt`)),
  )
  app.static('/files', publicFolder)
  app.static('/hashed', publicFolder, { immutable: true, index: false })
  app.get(
    '/text',
    js(() => 'grüße'),
  )
  app.get(
    '/number',
    js(() => 7),
  )
  app.get(
    '/list',
    js(() => [1, 2]),
  )
  app.get(
    '/own-list',
    js(() => Numbers.of(1, 2)),
  )
  app.get(
    '/streamed-list',
    js(() => StreamedNumbers.of(1, 2)),
  )
  app.get(
    '/empty',
    js(() => undefined),
  )
  app.get(
    '/null',
    js(() => null),
  )
  app.get(
    '/binary',
    js(() => new Uint8Array([0, 255, 1])),
  )
  app.get(
    '/created',
    { status: 201 },
    js(() => ({ made: true })),
  )
  app.get(
    '/reply',
    js(() => reply({ ok: true }, { status: 202, headers: { 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] } })),
  )
  app.get(
    '/redirect',
    js(() => redirect('/a/me?x=ü')),
  )
  app.get(
    '/response',
    js(
      () =>
        new Response('from fetch', {
          status: 203,
          headers: [
            ['set-cookie', 'a=1; Path=/'],
            ['set-cookie', 'b=2'],
            ['x-two', '2'],
          ],
        }),
    ),
  )
  app.get(
    '/async',
    js(async (ctx) => {
      await Promise.resolve()
      return { path: ctx.request.path, id: ctx.request.id }
    }),
  )
  app.get(
    '/late/:id',
    js(async (ctx) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { id: ctx.params.id, agent: ctx.headers.get('user-agent') ?? null, method: ctx.request.method }
    }),
  )
  app.get(
    '/set-header',
    js((ctx) => {
      ctx.setHeader('x-three', '3')
      ctx.setHeader('Set-Cookie', 'a=1')
      ctx.setHeader('set-cookie', 'b=2')
      ctx.setHeader('x-three', '4')
      return { ok: true }
    }),
  )
  app.get(
    '/split',
    js((ctx) => {
      ctx.setHeader('x-bad', 'a\r\nset-cookie: evil=1')
      return { ok: true }
    }),
  )
  app.get(
    '/split-reply',
    js(() => reply('x', { headers: { 'x-bad': 'a\nb' } })),
  )
  app.get(
    '/own-length',
    js(() => reply('x', { headers: { 'content-length': '7' } })),
  )
  app.get(
    '/throw',
    js(() => {
      throw new Error('the secret reason')
    }),
  )
  app.get(
    '/throw-async',
    js(async () => {
      await Promise.resolve()
      throw new Error('the secret reason')
    }),
  )
  app.get(
    '/throw-http',
    js(() => {
      throw new HttpError(409, 'Already there', { code: 'note-exists', headers: { 'retry-after': '3' } })
    }),
  )
  app.get(
    '/throw-control',
    js(() => {
      throw new HttpError(400, 'a\u0000b"\\\n\u001f')
    }),
  )
  app.get(
    '/throw-range',
    js(() => {
      throw new RangeError('hooked')
    }),
  )
  app.get(
    '/throw-string',
    js(() => {
      throw 'just text'
    }),
  )
  app.get(
    '/bigint',
    js(() => ({ n: 1n })),
  )
  app.get(
    '/function',
    js(() => () => 1),
  )
  app.get(
    '/wrong-response',
    { response: z.object({ a: z.int() }) },
    js(() => ({ a: 'text' }) as unknown as { a: number }),
  )
  app.get(
    '/address',
    js((ctx) => ({ address: ctx.request.address })),
  )
  app.get(
    '/method',
    js((ctx) => ({ method: ctx.request.method, url: ctx.request.url })),
  )
  app.get(
    '/big',
    js(() => ({ text: 'x'.repeat(200_000) })),
  )
  app.group('/wrapped', (r) => {
    r.use(async (ctx, next) => {
      ctx.setHeader('x-wrapped', 'yes')
      const value = await next()
      return typeof value === 'object' ? { ...value, wrapped: true } : undefined
    })
    r.get(
      '/object',
      js(() => ({ a: 1 })),
    )
    r.get(
      '/text',
      js(() => 'as it was'),
    )
  })
}

/** A list of a class of its own, as clients of databases give. */
class Numbers extends Array<number> {}

/** One that is to be sent piece by piece. */
class StreamedNumbers extends Array<number> {
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (const number of this.values()) yield `${number};`
  }
}
