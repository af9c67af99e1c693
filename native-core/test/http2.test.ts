import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2'
import { connect } from 'node:net'
import { type App, createApp, type Server } from '@bolt-app/core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { authority } from '../../scripts/certificates.mjs'
import { raw } from './contract/case.ts'
import { exchange } from './contract/client.ts'
import { askHttp2, nameOf, openHttp2 } from './contract/http2.ts'

const ca = authority()
const local = ca.issue({ name: 'localhost', servers: ['localhost'] })

const transports = [
  { name: 'without TLS', tls: {}, io: {} },
  { name: 'over TLS', tls: { tls: local }, io: {} },
  { name: 'without TLS on a thread', tls: {}, io: { io: 'thread' } },
  { name: 'over TLS on a thread', tls: { tls: local }, io: { io: 'thread' } },
] as const

describe.each(transports)('HTTP/2 $name', ({ tls, io }) => {
  const opened: Array<() => unknown> = []

  beforeAll(() => {
    process.env.BOLT_CORE = 'native'
  })

  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close()
  })

  type Declare = (app: ReturnType<typeof createApp>) => void

  async function serve(declare: Declare, options: Parameters<typeof createApp>[0] = {}): Promise<Server> {
    const app = createApp(options)
    declare(app)
    const server = await app.listen({ port: 0, ...tls, ...io })
    opened.push(() => server.close())
    return server
  }

  async function open(server: Server): Promise<ClientHttp2Session> {
    const session = await openHttp2(server.url, 'tls' in tls ? ca.cert : undefined)
    opened.push(() => session.destroy())
    return session
  }

  it('answers a hundred requests at once on one connection, each with its own', async () => {
    const server = await serve((app) => {
      app.get('/:id', async ({ params }) => {
        await new Promise((resolve) => setImmediate(resolve))
        return { id: params.id }
      })
    })
    const session = await open(server)
    const asked = Array.from({ length: 100 }, (_, id) => askHttp2(session, { url: `/${id}` }))
    const answers = (await Promise.all(asked)).map(({ body }) => (JSON.parse(String(body)) as { id: string }).id)
    expect(answers).toEqual(Array.from({ length: 100 }, (_, id) => String(id)))
  })

  it('takes and gives large bodies', async () => {
    const server = await serve((app) => app.post('/', (ctx) => ctx.request.bytes()), {
      limits: { bodyBytes: 5_000_000 },
    })
    const body = Buffer.alloc(4_000_000, 'abc')
    const answer = await askHttp2(await open(server), { method: 'POST', url: '/', body })
    expect(answer.body.equals(body)).toBe(true)
  })

  it('streams a request to a mount and its response back, piece by piece', async () => {
    const server = await serve((app) => app.mount('/', (request) => new Response(request.body)))
    const session = await open(server)
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    for (const piece of ['one', 'two', 'three']) {
      stream.write(piece)
      expect(String(await next(stream))).toBe(piece)
    }
    stream.end()
    expect(await next(stream)).toBe(undefined)
  })

  it('knows the scheme and joins the crumbs of cookies', async () => {
    const server = await serve((app) => {
      app.get('/', (ctx) => ({ scheme: ctx.request.scheme, cookies: ctx.cookies, host: ctx.headers.get('host') }))
    })
    const answer = await askHttp2(await open(server), { url: '/', headers: { cookie: ['a=1', 'b=2'] } })
    const scheme = 'tls' in tls ? 'https' : 'http'
    expect(JSON.parse(String(answer.body))).toEqual({ scheme, cookies: { a: '1', b: '2' }, host: 'localhost' })
  })

  it('aborts the signal of a handler when its stream is reset, and goes on with the others', async () => {
    let aborted = (): void => undefined
    const isAborted = new Promise<void>((resolve) => {
      aborted = resolve
    })
    let entered = (): void => undefined
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve
    })
    const server = await serve((app) => {
      app.answer('/quick', 'x')
      app.get('/', (ctx) => {
        ctx.signal.addEventListener('abort', aborted)
        entered()
        return new Promise(() => undefined)
      })
    })
    const session = await open(server)
    const stream = session.request({ ':path': '/' })
    stream.on('error', () => undefined)
    await isEntered
    stream.close(constants.NGHTTP2_CANCEL)
    await isAborted
    expect((await askHttp2(session, { url: '/quick' })).status).toBe(200)
  })

  it('resets a stream whose source fails after it began', async () => {
    const server = await serve(
      (app) => {
        app.get('/', async function* () {
          yield 'half'
          throw new Error('no more')
        } as never)
      },
      { logger: { info() {}, warn() {}, error() {} } },
    )
    const stream = (await open(server)).request({ ':path': '/' })
    const error = await new Promise<Error>((resolve) => stream.once('error', resolve).resume())
    expect(error.message).toContain('NGHTTP2_INTERNAL_ERROR')
  })

  it('stops a fast source while its client reads slowly', async () => {
    let made = 0
    const server = await serve((app) => {
      app.get('/', async function* () {
        for (; made < 2_000; made++) yield Buffer.alloc(10_000)
      } as never)
    })
    const session = await open(server)
    const stream = session.request({ ':path': '/' })
    await new Promise((resolve) => stream.once('response', resolve))
    let before = -1
    await expect
      .poll(
        () => {
          const isStill = made === before
          before = made
          return isStill
        },
        { interval: 50 },
      )
      .toBe(true)
    expect(made).toBeLessThan(200)
    let size = 0
    for await (const chunk of stream) size += (chunk as Buffer).byteLength
    expect(size).toBe(20_000_000)
  })

  it('says goodbye when it closes, and finishes what is in flight', async () => {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let entered = (): void => undefined
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve
    })
    const app = createApp()
    app.get('/', async () => {
      entered()
      await released
      return { done: true }
    })
    const server = await app.listen({ port: 0, ...tls, ...io })
    const session = await open(server)
    const goodbye = new Promise<number>((resolve) => session.once('goaway', resolve))
    const answer = askHttp2(session, { url: '/' })
    await isEntered
    const closed = server.close()
    expect(nameOf(await goodbye)).toBe('NO_ERROR')
    release()
    expect(String((await answer).body)).toBe('{"done":true}')
    await closed
  })

  it('ends a connection that resets its requests as fast as it sends them', async () => {
    let stats: App['stats'] = () => expect.fail('not started')
    const server = await serve((app) => {
      stats = () => app.stats()
      app.answer('/quick', 'x')
      // A request that was answered before its reset came did no harm, and does not count.
      app.get('/', () => new Promise(() => undefined))
    })
    const session = await open(server)
    session.on('error', () => undefined)
    for (let round = 0; round < 100 && !session.destroyed; round++) {
      for (let index = 0; index < 50 && !session.destroyed; index++) {
        const stream = session.request({ ':path': '/' })
        stream.on('error', () => undefined)
        stream.close(constants.NGHTTP2_CANCEL)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    // What the client sees depends on whether it reads the goodbye before it writes once too often.
    await expect.poll(() => stats().connections).toBe(0)
    expect(stats().requests, 'not all of them').toBeLessThan(2_000)
    expect((await askHttp2(await open(server), { url: '/quick' })).status, 'others are served').toBe(200)
  })
})

describe('a port without TLS', () => {
  it('speaks HTTP/1.1 and HTTP/2 to whoever begins with it', async () => {
    const app = createApp()
    app.answer('/', 'x')
    const server = await app.listen({ port: 0 })
    const { responses } = await exchange(server.port, raw('GET / HTTP/1.1\nHost: a'), {
      methods: ['GET'],
      awaitClose: false,
    })
    const session = await openHttp2(server.url)
    expect([responses[0]?.status, (await askHttp2(session, { url: '/' })).status]).toEqual([200, 200])
    session.destroy()
    await server.close()
  })

  it('understands a preface that arrives byte by byte', async () => {
    const app = createApp()
    const server = await app.listen({ port: 0 })
    const socket = connect(server.port, '127.0.0.1').setNoDelay()
    const settings = new Promise<Buffer>((resolve) => socket.once('data', resolve))
    for (const byte of Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')) socket.write(Uint8Array.of(byte))
    expect((await settings)[3], 'the type of the first frame').toBe(4)
    socket.destroy()
    await server.close()
  })

  it('does not speak HTTP/2 when it is told not to', async () => {
    const app = createApp()
    const server = await app.listen({ port: 0, http2: false })
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    const { responses } = await exchange(server.port, preface, { methods: ['GET'], awaitClose: true })
    expect(responses[0]?.status).toBe(505)
    await server.close()
  })

  it('is refused by the fallback when HTTP/2 is asked for', async () => {
    process.env.BOLT_CORE = 'fallback'
    try {
      const listening = createApp().listen({ port: 0, http2: true })
      await expect(listening).rejects.toThrow(/HTTP\/2 needs the native engine/)
    } finally {
      process.env.BOLT_CORE = 'native'
    }
  })
})

/** The next piece of a stream; undefined at its end. */
async function next(stream: ClientHttp2Stream): Promise<Buffer | undefined> {
  const piece = stream.read() as Buffer | null
  if (piece !== null) return piece
  if (stream.readableEnded) return undefined
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('readable', done)
      stream.off('end', done)
      resolve()
    }
    stream.once('readable', done)
    stream.once('end', done)
  })
  return next(stream)
}
