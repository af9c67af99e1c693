import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { createApp, reply, type StreamBody } from '@bolt-app/core'
import { expect, it, vi } from 'vitest'
import { raw } from './contract/case.ts'
import { open } from './contract/client.ts'
import { describeVariants, recorder } from './hosts.ts'
import { gate, serve, toTheEnd, turn, until } from './stepwise.ts'

const get = (path = '/'): Uint8Array => raw(`GET ${path} HTTP/1.1\nHost: localhost`)

/** The tenth part is quicker than this. With Nagle's algorithm and delayed acknowledgements all would take some 40 ms; a busy machine slows some. */
function quick(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 10)] ?? Number.POSITIVE_INFINITY
}

/** The kinds of streams a handler may return, each telling when it is stopped. */
const kinds: Record<string, (chunks: AsyncGenerator<string>, stopped: () => void) => StreamBody | Response> = {
  'an async generator': (chunks, stopped) =>
    (async function* () {
      try {
        yield* chunks
      } finally {
        stopped()
      }
    })(),
  'a ReadableStream': (chunks, stopped) => webStream(chunks, stopped),
  'a Node stream': (chunks, stopped) => Readable.from(chunks, { objectMode: false }).once('close', stopped),
  'a Response': (chunks, stopped) => new Response(webStream(chunks, stopped).pipeThrough(new TextEncoderStream())),
}

function webStream(chunks: AsyncGenerator<string>, stopped: () => void): ReadableStream<string> {
  return new ReadableStream<string>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    cancel: stopped,
  })
}

describeVariants('a streamed answer', (variant) => {
  const anywhere = { port: 0, ...variant.io }

  it('sends each chunk when it comes, without waiting for more (lesson: Nagle)', async () => {
    const app = createApp()
    const steps = Array.from({ length: 50 }, gate)
    async function* events(): AsyncGenerator<string> {
      for (const [index, step] of steps.entries()) {
        await step.opened
        yield `data: ${index}\n\n`
      }
    }
    app.get('/', () => reply(events(), { headers: { 'content-type': 'text/event-stream' } }))
    await serve(app, anywhere, async (port) => {
      const socket = await open(port)
      socket.write(get())
      await until(socket, (text) => text.endsWith('\r\n\r\n'))
      const times: number[] = []
      for (const [index, step] of steps.entries()) {
        const started = performance.now()
        step.open()
        await until(socket, (text) => text.includes(`data: ${index}\n\n`))
        times.push(performance.now() - started)
      }
      expect(quick(times)).toBeLessThan(20)
      socket.destroy()
    })
  })

  it('sends a two-part answer without a delay between the parts', async () => {
    const app = createApp()
    app.get('/', async function* () {
      yield 'part one,'
      await turn()
      yield 'part two'
    })
    await serve(app, anywhere, async (_port, url) => {
      const times: number[] = []
      for (let count = 0; count < 40; count++) {
        const started = performance.now()
        expect(await (await fetch(url)).text()).toBe('part one,part two')
        times.push(performance.now() - started)
      }
      expect(quick(times)).toBeLessThan(20)
    })
  })

  it.each(Object.keys(kinds))('stops %s and aborts the signal when the client goes away', async (kind) => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    let [signal, stoppedAt] = [undefined as AbortSignal | undefined, 0]
    const stopped = gate()
    app.get('/', (ctx) => {
      signal = ctx.signal
      const { signal: ended } = ctx
      async function* chunks(): AsyncGenerator<string> {
        yield 'first'
        // A generator can only be stopped between two steps; other streams at any time.
        const isGenerator = kind === 'an async generator' || kind === 'a Node stream'
        await new Promise((resolve) => isGenerator && ended.addEventListener('abort', resolve))
      }
      return kinds[kind]?.(chunks(), () => {
        stoppedAt = performance.now()
        stopped.open()
      })
    })
    await serve(app, anywhere, async (port) => {
      const socket = await open(port)
      socket.write(get())
      await until(socket, (text) => text.includes('first'))
      expect(signal?.aborted).toBe(false)
      const left = performance.now()
      socket.destroy()
      await stopped.opened
      expect(stoppedAt - left).toBeLessThan(1_000)
      expect(signal?.aborted).toBe(true)
      expect(app.stats().inFlight).toBe(0)
    })
    expect(entries).toEqual([])
  })

  it('holds the source back while the client does not read', async () => {
    const app = createApp()
    const [piece, stopped] = ['x'.repeat(32_768), gate()]
    let produced = 0
    app.get('/', async function* () {
      try {
        for (;;) {
          produced += piece.length
          yield piece
        }
      } finally {
        stopped.open()
      }
    })
    await serve(app, anywhere, async (port) => {
      const socket = await open(port)
      socket.write(get())
      await until(socket, (text) => text.length > 0)
      socket.pause()
      await vi.waitFor(
        async () => {
          const before = produced
          await new Promise((resolve) => setTimeout(resolve, 50))
          expect(produced).toBe(before)
        },
        { timeout: 10_000 },
      )
      // What the kernel keeps for both sides, and the buffer.
      expect(produced).toBeLessThan(16 * 1024 * 1024)
      const held = produced
      await until(socket.resume(), (text) => text.length > held + 4 * 1024 * 1024)
      expect(produced).toBeGreaterThan(held)
      socket.destroy()
      await stopped.opened
    })
  })

  it('cuts the connection when the source fails in the middle, and logs it with the request id', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    let seen = gate()
    app.get('/:how', async function* (ctx) {
      yield 'begun'
      await seen.opened
      if (ctx.params.how === 'throws') throw new Error('the reason')
      yield 7 as unknown as string
    })
    await serve(app, anywhere, async (port) => {
      for (const how of ['throws', 'number']) {
        for (const version of ['1.1', '1.0']) {
          const socket = await open(port)
          seen = gate()
          socket.write(raw(`GET /${how} HTTP/${version}\nHost: localhost\nX-Request-Id: id-${how}-${version}`))
          await until(socket, (text) => text.includes('begun'))
          seen.open()
          const { text, error } = await toTheEnd(socket)
          expect(text).not.toContain('the reason')
          // Only an error tells a client of HTTP/1.0 that this was not all.
          if (version === '1.1') expect(text.endsWith('0\r\n\r\n')).toBe(false)
          else expect(error).toBe('ECONNRESET')
          const entry = entries.at(-1)
          expect(entry).toMatchObject({
            level: 'error',
            message: 'a streamed answer failed, its connection was cut',
            fields: { requestId: `id-${how}-${version}`, method: 'GET', path: `/${how}`, route: 'GET /:how' },
          })
          expect(String(entry?.fields.err)).toMatch(how === 'throws' ? /the reason/ : /a stream gave 7; .* strings or/)
        }
      }
      expect(entries).toHaveLength(4)
      await vi.waitFor(() => expect(app.stats()).toMatchObject({ inFlight: 0, connections: 0 }))
    })
  })

  it.each([
    ['more', 3, /longer than its Content-Length/],
    ['less', 9, /5 bytes shorter than its Content-Length/],
  ])('cuts an answer that has %s than its length', async (_title, length, reason) => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    const stopped = gate()
    async function* chunks(): AsyncGenerator<string> {
      try {
        yield '12'
        yield '34'
      } finally {
        stopped.open()
      }
    }
    app.get('/', () => reply(chunks(), { length }))
    await serve(app, anywhere, async (port) => {
      const socket = await open(port)
      socket.write(get())
      const { text } = await toTheEnd(socket)
      expect(text).toMatch(length === 3 ? /\r\n\r\n12$/ : /\r\n\r\n1234$/)
      expect(String(entries[0]?.fields.err)).toMatch(reason)
      await stopped.opened
    })
  })

  it('stops a source that nobody wants: HEAD, and an answer without content', async () => {
    const app = createApp()
    let stopped = 0
    const stream = (): ReadableStream<string> =>
      new ReadableStream<string>({
        pull: (controller) => controller.enqueue('x'),
        cancel: () => void stopped++,
      })
    app.get('/', stream)
    app.get('/none', { status: 204 }, stream)
    expect((await app.inject({ method: 'HEAD', url: '/' })).status).toBe(200)
    expect((await app.inject({ url: '/none' })).status).toBe(204)
    await vi.waitFor(() => expect(stopped).toBe(2))
    await app.close()
  })

  it.each(['stream', 'response'])('stops a source whose first chunk is none, and answers 500: %s', async (kind) => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    const stopped = gate()
    app.get('/', () => {
      const stream = new ReadableStream<string>({
        pull: (controller) => controller.enqueue(7 as unknown as string),
        cancel: stopped.open,
      })
      return kind === 'stream' ? stream : new Response(stream as unknown as ReadableStream<Uint8Array>)
    })
    expect((await app.inject({ url: '/' })).status).toBe(500)
    expect(String(entries[0]?.fields.err)).toContain('a stream gave 7')
    await stopped.opened
    await app.close()
  })

  it('sends much through a small buffer', async () => {
    const app = createApp({ limits: { streamBuffer: 100 } })
    app.get('/', async function* () {
      for (let count = 0; count < 300; count++) yield 'x'.repeat(1 + ((count * 37) % 999))
    })
    const size = Array.from({ length: 300 }, (_, count) => 1 + ((count * 37) % 999)).reduce((sum, one) => sum + one)
    await serve(app, anywhere, async (_port, url) => expect((await (await fetch(url)).text()).length).toBe(size))
  })

  it('tells all requests of a connection that it is gone, also those that wait for their turn', async () => {
    const app = createApp()
    const signals: AbortSignal[] = []
    const entered = gate()
    app.get('/', async function* (ctx) {
      signals.push(ctx.signal)
      if (signals.length === 3) entered.open()
      yield 'begun'
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
    })
    await serve(app, anywhere, async (port) => {
      const socket = await open(port)
      socket.write(Buffer.concat([get(), get(), get()]))
      await entered.opened
      socket.resetAndDestroy()
      await vi.waitFor(() => expect(signals.map((signal) => signal.aborted)).toEqual([true, true, true]))
      expect(app.stats().inFlight).toBe(0)
    })
  })

  it('stops the source when the head cannot be sent', async () => {
    const { logger } = recorder()
    const app = createApp({ logger })
    const stopped = gate()
    const endless = (): ReadableStream<Uint8Array> => new ReadableStream({ cancel: stopped.open })
    app.get('/', () => new Response(endless(), { headers: { 'x-a': '\u0001' } }))
    expect((await app.inject({ url: '/' })).status).toBe(500)
    await stopped.opened
    await app.close()
  })

  it('lets streams end at shutdown, and cuts those that do not within the grace', async () => {
    for (const ends of [true, false]) {
      const { entries, logger } = recorder()
      const app = createApp({ logger })
      const [release, stopped] = [gate(), gate()]
      let signal: AbortSignal | undefined
      app.get('/', async function* (ctx) {
        signal = ctx.signal
        try {
          yield 'begun,'
          await Promise.race([release.opened, new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))])
          yield 'ended'
        } finally {
          stopped.open()
        }
      })
      const { port } = await app.listen(anywhere)
      const socket = await open(port)
      socket.write(get())
      await until(socket, (text) => text.includes('begun'))
      const all = toTheEnd(socket)
      const closing = app.close({ grace: ends ? 10_000 : 50 })
      if (ends) release.open()
      await closing
      const { text } = await all
      expect(text.includes('ended') && text.endsWith('0\r\n\r\n')).toBe(ends)
      await stopped.opened
      expect(signal?.aborted).toBe(!ends)
      expect(entries).toHaveLength(ends ? 0 : 1)
    }
  })

  it('leaves nothing behind of a thousand streams whose clients went away', async () => {
    const { entries, logger } = recorder()
    const warnings: string[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', onWarning)
    const app = createApp({ logger })
    let [begun, ended] = [0, 0]
    app.get('/', async function* (ctx) {
      begun += 1
      try {
        for (;;) {
          yield 'x'.repeat(1 + Math.floor(Math.random() * 50_000))
          if (Math.random() < 0.3) await turn()
          if (ctx.signal.aborted) return
        }
      } finally {
        ended += 1
      }
    })
    await serve(app, anywhere, async (port) => {
      const client = async (): Promise<void> => {
        const socket = await open(port)
        socket.on('error', () => undefined)
        socket.write(get())
        await once(socket, 'data')
        if (Math.random() < 0.5) socket.destroy()
        else socket.resetAndDestroy()
      }
      const handles = (): number => process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length
      for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 50 }, client))
      await vi.waitFor(() => expect(app.stats()).toMatchObject({ inFlight: 0, connections: 0 }), { timeout: 10_000 })
      await vi.waitFor(() => expect(ended).toBe(begun), { timeout: 10_000 })
      expect(begun).toBe(1_000)
      await vi.waitFor(() => expect(handles()).toBeLessThan(30))
    })
    process.off('warning', onWarning)
    expect([entries, warnings]).toEqual([[], []])
  }, 60_000)

  it('keeps the AsyncLocalStorage of middleware while it is read', async () => {
    const storage = new AsyncLocalStorage<string>()
    const app = createApp()
    app.use((ctx, next) => storage.run(String(ctx.request.path), next))
    async function* stores(): AsyncGenerator<string> {
      yield `${storage.getStore()} `
      await turn()
      yield `${storage.getStore()} `
    }
    app.get('/sync', stores)
    app.get('/async', async () => {
      await turn()
      return stores()
    })
    app.mount('/mount', async () => {
      await turn()
      return new Response(
        new ReadableStream({
          async pull(controller) {
            await turn()
            controller.enqueue(new TextEncoder().encode(storage.getStore()))
            controller.close()
          },
        }),
      )
    })
    await serve(app, anywhere, async (_port, url) => {
      const texts = await Promise.all(
        ['/sync', '/async', '/mount'].map(async (path) => (await fetch(url + path)).text()),
      )
      expect(texts).toEqual(['/sync /sync ', '/async /async ', '/mount'])
    })
  })

  it('says so when a source fails while it is stopped', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    const stopped = gate()
    app.get('/', async function* (ctx) {
      try {
        yield 'begun'
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
      } finally {
        stopped.open()
        // biome-ignore lint/correctness/noUnsafeFinally: this is what is tested
        throw new Error('cleanup failed')
      }
    })
    await serve(app, anywhere, async (port) => {
      const socket = await open(port)
      socket.write(get())
      await until(socket, (text) => text.includes('begun'))
      socket.destroy()
      await stopped.opened
      await vi.waitFor(() => expect(entries.length).toBeGreaterThan(0))
    })
    expect(entries[0]).toMatchObject({ level: 'warn', message: 'a stream failed after its client was gone' })
  })

  it('does not hold up other requests of the same moment', async () => {
    const app = createApp()
    app.get('/endless', async function* () {
      for (;;) yield 'x'.repeat(10_000)
    })
    app.get('/quick', () => ({ quick: true }))
    await serve(app, anywhere, async (port, url) => {
      const sockets = await Promise.all(Array.from({ length: 3 }, () => open(port)))
      for (const socket of sockets) {
        socket.on('error', () => undefined)
        socket.write(get('/endless'))
        socket.resume()
      }
      const started = performance.now()
      for (let count = 0; count < 5; count++) expect((await fetch(`${url}/quick`)).status).toBe(200)
      expect(performance.now() - started).toBeLessThan(10_000)
      for (const socket of sockets) socket.destroy()
    })
  })
})
