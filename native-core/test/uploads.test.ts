import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type App, createApp } from '@bolt-app/core'
import { expect, it, vi } from 'vitest'
import { raw } from './contract/case.ts'
import { open, ResponseReader } from './contract/client.ts'
import { describeVariants, recorder } from './hosts.ts'
import { gate, serve, toTheEnd, until } from './stepwise.ts'

const post = (path: string, more: string, body = ''): Uint8Array =>
  raw(`POST ${path} HTTP/1.1\nHost: localhost\n${more}`, body)

async function sizeOf(stream: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0
  for await (const bytes of stream) size += bytes.byteLength
  return size
}

describeVariants('a streamed body', (variant) => {
  const anywhere = { port: 0, ...variant.io }
  const host = variant.core

  /** Listens while something is done with a connection to the application. */
  const connected = (app: App, use: (socket: Socket, port: number) => Promise<void>): Promise<void> =>
    serve(app, anywhere, async (port) => {
      const socket = await open(port)
      try {
        await use(socket, port)
      } finally {
        socket.destroy()
      }
    })

  it('runs the handler with the head and gives it what comes', async () => {
    const app = createApp()
    const seen: string[] = []
    const [entered, more] = [gate(), gate()]
    app.post('/', { streamBody: true }, async (ctx) => {
      const decoder = new TextDecoder()
      for await (const bytes of ctx.request.stream()) {
        seen.push(decoder.decode(bytes))
        entered.open()
        if (seen.join('') === 'one,two,') more.open()
      }
      return { seen: seen.join('') }
    })
    await connected(app, async (socket) => {
      const reader = new ResponseReader(['POST'])
      socket.on('data', (chunk: Buffer) => reader.push(chunk))
      socket.write(post('/', 'Content-Length: 13', 'one,'))
      await entered.opened
      socket.write('two,')
      await more.opened
      socket.write('three')
      await until(socket, (text) => text.includes('seen'))
      expect(JSON.parse(String(reader.responses[0]?.body))).toEqual({ seen: 'one,two,three' })
    })
  })

  it('stops the client while the handler does not read', async () => {
    const app = createApp({ limits: { bodyBytes: 1024 * 1024 * 1024 } })
    const release = gate()
    const size = 64 * 1024 * 1024
    app.post('/', { streamBody: true }, async (ctx) => {
      await release.opened
      return { size: await sizeOf(ctx.request.stream()) }
    })
    await connected(app, async (socket) => {
      const answered = until(socket, (text) => text.endsWith('}'))
      socket.write(post('/', `Content-Length: ${size}`))
      const piece = Buffer.alloc(65_536, 'x')
      let sent = 0
      const sending = (async () => {
        for (; sent < size; sent += piece.byteLength) if (!socket.write(piece)) await once(socket, 'drain')
      })()
      await vi.waitFor(
        async () => {
          const before = sent
          await new Promise((resolve) => setTimeout(resolve, 50))
          expect(sent).toBe(before)
        },
        { timeout: 10_000 },
      )
      expect(sent).toBeLessThan(16 * 1024 * 1024)
      release.open()
      await sending
      expect(await answered).toContain(`{"size":${size}}`)
    })
  }, 30_000)

  it('asks a client that waits for its body when the handler reads', async () => {
    const app = createApp()
    const read = gate()
    app.post('/', { streamBody: true }, async (ctx) => {
      await read.opened
      return { size: await sizeOf(ctx.request.stream()) }
    })
    app.get('/before', () => 'before')
    await connected(app, async (socket, port) => {
      socket.write(post('/', 'Content-Length: 3\nExpect: 100-continue'))
      socket.once('data', () => expect.unreachable('nothing is sent before the handler reads'))
      await (await fetch(`http://127.0.0.1:${port}/before`)).text()
      socket.removeAllListeners('data')
      const asked = until(socket, (text) => text.includes('100 Continue\r\n\r\n'))
      read.open()
      expect(await asked).toBe('HTTP/1.1 100 Continue\r\n\r\n')
      const answered = until(socket, (text) => text.includes('"size":3'))
      socket.write('abc')
      await answered
    })
  })

  it('does not ask for a body that the handler does not want', async () => {
    const app = createApp()
    app.post('/', { streamBody: true }, () => ({ wanted: false }))
    await connected(app, async (socket) => {
      const reader = new ResponseReader(['POST'])
      socket.write(post('/', 'Content-Length: 3\nExpect: 100-continue'))
      socket.on('data', (chunk: Buffer) => reader.push(chunk))
      await vi.waitFor(() => expect(reader.responses).toHaveLength(1))
      expect(reader.responses[0]).toMatchObject({ status: 200, interim: [] })
      if (host === 'native') expect(reader.responses[0]?.headers).toContainEqual(['connection', 'close'])
    })
  })

  it('answers before the end of a large body without losing the answer', async () => {
    const app = createApp({ limits: { bodyBytes: 1024 * 1024 * 1024 } })
    app.post('/', { streamBody: true }, () => ({ enough: true }))
    await connected(app, async (socket) => {
      socket.on('error', () => undefined)
      const ended = toTheEnd(socket)
      socket.write(post('/', `Content-Length: ${200 * 1024 * 1024}`))
      const piece = Buffer.alloc(65_536, 'x')
      for (let sent = 0; sent < 4 * 1024 * 1024 && socket.writable; sent += piece.byteLength) socket.write(piece)
      const { text } = await ended
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
      expect(text.toLowerCase()).toContain('\r\nconnection: close\r\n')
      expect(text).toContain('{"enough":true}')
    })
  })

  it.each(['route', 'mount'])('fails for the reader when the client goes away: %s', async (kind) => {
    const { logger } = recorder()
    const app = createApp({ logger })
    const [entered, failed] = [gate(), gate()]
    let [reason, isAborted] = [undefined as unknown, false]
    const read = async (stream: ReadableStream<Uint8Array> | null, signal: AbortSignal): Promise<void> => {
      const reader = stream?.getReader()
      await reader?.read()
      entered.open()
      await reader?.read().catch((error: unknown) => {
        reason = error
      })
      isAborted = signal.aborted
      failed.open()
    }
    app.post('/route', { streamBody: true }, async (ctx) => {
      await read(ctx.request.stream(), ctx.signal)
      return {}
    })
    app.mount('/mount', async (request) => {
      await read(request.body, request.signal)
      return new Response()
    })
    await connected(app, async (socket) => {
      socket.write(post(`/${kind}`, 'Content-Length: 100', 'abc'))
      await entered.opened
      socket.destroy()
      await failed.opened
      expect(reason).toMatchObject({ name: 'AbortError' })
      expect(isAborted).toBe(true)
    })
  })

  it.each(['route', 'mount'])(
    'logs nothing when the client goes away and the handler lets that pass: %s',
    async (kind) => {
      const { entries, logger } = recorder()
      const app = createApp({ logger })
      const asked: unknown[] = []
      app.onError((error) => void asked.push(error))
      const [entered, failed] = [gate(), gate()]
      const read = async (stream: AsyncIterable<Uint8Array>): Promise<void> => {
        try {
          for await (const _ of stream) entered.open()
        } finally {
          failed.open()
        }
      }
      app.post('/route', { streamBody: true }, (ctx) => read(ctx.request.stream()))
      app.mount('/mount', async (request) => {
        await read(request.body as ReadableStream<Uint8Array>)
        return new Response()
      })
      await connected(app, async (socket) => {
        socket.write(post(`/${kind}`, 'Content-Length: 100', 'abc'))
        await entered.opened
        socket.destroy()
        await failed.opened
        await new Promise((resolve) => setImmediate(resolve))
        expect(entries).toEqual([])
        expect(asked).toEqual([])
      })
    },
  )

  it('fails for the reader when the body is larger than allowed, and the client is told', async () => {
    const { logger } = recorder()
    const app = createApp({ logger, limits: { bodyBytes: 10 } })
    const [entered, failed] = [gate(), gate()]
    app.post('/', { streamBody: true }, async (ctx) => {
      entered.open()
      await sizeOf(ctx.request.stream()).catch(failed.open)
      return {}
    })
    await connected(app, async (socket) => {
      const ended = toTheEnd(socket)
      socket.write(post('/', 'Transfer-Encoding: chunked', '8\r\n12345678\r\n'))
      await entered.opened
      socket.write('8\r\n12345678\r\n')
      await failed.opened
      const { text } = await ended
      expect(text).toContain('413 ')
      expect(text).toContain('limits.bodyBytes')
    })
  })

  it('goes both ways at once through a mount', async () => {
    const app = createApp()
    app.mount('/', (request) => new Response(request.body, { headers: { 'content-type': 'text/plain' } }))
    await connected(app, async (socket) => {
      socket.write(post('/echo', 'Transfer-Encoding: chunked'))
      for (const word of ['one', 'two', 'three']) {
        const echoed = until(socket, (text) => text.includes(`${word}\r\n`))
        socket.write(`${word.length.toString(16)}\r\n${word}\r\n`)
        await echoed
      }
      const ended = until(socket, (text) => text.endsWith('0\r\n\r\n'))
      socket.write('0\r\n\r\n')
      expect(await ended).toBe('0\r\n\r\n')
    })
  })

  it('gives a mounted handler that does not answer up, and aborts its signal', async () => {
    const app = createApp({ limits: { requestTimeout: 100 } })
    const aborted = gate()
    app.mount('/', async (request) => {
      request.signal.addEventListener('abort', aborted.open)
      return new Promise(() => undefined)
    })
    await serve(app, anywhere, async (_port, url) => {
      const answer = await fetch(`${url}/x`)
      expect(answer.status).toBe(504)
      expect(await answer.json()).toMatchObject({ code: 'handler-timeout' })
      await aborted.opened
    })
  })

  it('does not end a stream that takes longer than an answer may', async () => {
    const app = createApp({ limits: { requestTimeout: 100 } })
    app.get('/', async function* () {
      yield 'begun,'
      await new Promise((resolve) => setTimeout(resolve, 400))
      yield 'ended'
    })
    await serve(app, anywhere, async (_port, url) => expect(await (await fetch(url)).text()).toBe('begun,ended'))
  })

  it('is the same stream each time, and has no other form', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.post('/', { streamBody: true }, (ctx) => {
      const stream = ctx.request.stream()
      return { isSame: stream === ctx.request.stream() }
    })
    app.post('/text', { streamBody: true }, (ctx) => ctx.request.text())
    expect((await app.inject({ method: 'POST', url: '/', body: 'x' })).json()).toEqual({ isSame: true })
    expect((await app.inject({ method: 'POST', url: '/text', body: 'x' })).status).toBe(500)
    expect(String(entries[0]?.fields.err)).toContain('read request.stream()')
    await app.close()
  })

  it('ends an injected request whose body is not complete', async () => {
    const app = createApp()
    app.post('/', { streamBody: true }, async (ctx) => ({ size: await sizeOf(ctx.request.stream()) }))
    const headers = { 'transfer-encoding': 'chunked' }
    const whole = await app.inject({ method: 'POST', url: '/', headers, body: '3\r\nabc\r\n0\r\n\r\n' })
    expect(whole.json()).toEqual({ size: 3 })
    if (host === 'native') {
      const part = await app.inject({ method: 'POST', url: '/', headers, body: '3\r\nabc\r\n' })
      expect(part.status).toBe(0)
    }
    await app.close({ grace: 0 })
  })
})
