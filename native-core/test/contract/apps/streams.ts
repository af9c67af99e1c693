import { Readable } from 'node:stream'
import { type App, reply } from '@bolt-app/core'
import { js } from './entered.ts'

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function* texts(...parts: string[]): AsyncGenerator<string> {
  for (const part of parts) {
    yield part
    await pause()
  }
}

function web(...parts: Array<string | Uint8Array>): ReadableStream<string | Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await pause()
      const part = parts.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(part)
    },
  })
}

const later = (...parts: string[]): ReadableStream<Uint8Array> =>
  web(...parts.map((part) => new TextEncoder().encode(part))) as ReadableStream<Uint8Array>

/** Routes that answer, and are asked, piece by piece. */
export function streams(app: App): void {
  app.get(
    '/stream/texts',
    js(() => texts('one ', 'grüße ', '', 'three')),
  )
  app.get(
    '/stream/async',
    js(async () => {
      await pause()
      return texts('late')
    }),
  )
  app.get(
    '/stream/literal',
    js(() => ({ [Symbol.asyncIterator]: () => texts('from a literal') })),
  )
  app.get(
    '/stream/web',
    js(() => web(new Uint8Array([65, 66]), new Uint8Array([67]))),
  )
  app.get(
    '/stream/node',
    js(() => Readable.from([Buffer.from('node '), Buffer.from('stream')])),
  )
  app.get(
    '/stream/reply',
    js(() =>
      reply(texts('data: 1\n\n', 'data: 2\n\n'), {
        status: 202,
        headers: { 'content-type': 'text/event-stream', 'x-one': '1' },
      }),
    ),
  )
  app.get(
    '/stream/set-header',
    js((ctx) => {
      ctx.setHeader('content-type', 'text/csv')
      return texts('a,b\n', 'c,d\n')
    }),
  )
  app.get(
    '/stream/response',
    js(() => new Response(later('streamed ', 'response'), { status: 203, headers: { 'x-two': '2' } })),
  )
  app.get(
    '/stream/response-length',
    js(() => new Response(later('four'), { headers: { 'content-length': '4' } })),
  )
  app.get(
    '/stream/response-encoded',
    js(() => new Response(later('five!'), { headers: { 'content-length': '4', 'content-encoding': 'x' } })),
  )
  app.get(
    '/stream/length',
    js(() => reply(texts('12', '34'), { length: 4 })),
  )
  app.get(
    '/stream/too-long',
    js(() => reply(texts('12', '34'), { length: 3 })),
  )
  app.get(
    '/stream/too-short',
    js(() => reply(texts('12', '34'), { length: 5 })),
  )
  app.get(
    '/stream/empty',
    js(() => texts()),
  )
  app.get(
    '/stream/no-content',
    { status: 204 },
    js(() => texts('never sent')),
  )
  app.get(
    '/stream/throws-first',
    js(
      () =>
        new ReadableStream<string>({
          async start() {
            await pause()
            throw new RangeError('hooked')
          },
        }),
    ),
  )
  app.get(
    '/stream/throws-later',
    js(async function* () {
      yield 'begun'
      await pause()
      throw new Error('the secret reason')
    }),
  )
  app.get(
    '/stream/number',
    js(async function* () {
      yield 'begun' as string
      yield 7 as unknown as string
    }),
  )
  app.get(
    '/stream/locked',
    js(() => {
      const stream = web('x')
      stream.getReader()
      return stream
    }),
  )
  app.get(
    '/stream/large',
    js(() => texts('x'.repeat(300_000), 'y'.repeat(100_000))),
  )
  app.post(
    '/upload/count',
    { streamBody: true },
    js(async (ctx) => {
      let [size, pieces] = [0, 0]
      for await (const bytes of ctx.request.stream()) {
        size += bytes.byteLength
        pieces += 1
      }
      return { size, pieces }
    }),
  )
  app.post(
    '/upload/echo',
    { streamBody: true },
    js((ctx) => ctx.request.stream()),
  )
  app.post(
    '/upload/ignore',
    { streamBody: true },
    js(() => ({ ignored: true })),
  )
  app.post(
    '/upload/small',
    { streamBody: true, bodyBytes: 10 },
    js(async (ctx) => ({ text: await new Response(ctx.request.stream()).text() })),
  )
  app.post(
    '/upload/bytes',
    { streamBody: true },
    js((ctx) => ctx.request.bytes()),
  )
  app.post(
    '/upload/whole',
    js(async (ctx) => ({ text: await new Response(ctx.request.stream()).text() })),
  )
}
