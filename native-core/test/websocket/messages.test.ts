import { createApp, type Socket } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { describeVariants, recorder } from '../hosts.ts'
import { Client, signal } from './client.ts'
import { expectEchoes, serve, serveSocket } from './serve.ts'

describeVariants('WebSocket messages', (variant) => {
  it('echoes text as text and bytes as bytes, of all sizes', async () => {
    const app = createApp()
    app.ws('/echo', { messageBytes: 2_000_000 }, { message: (socket, message) => void socket.send(message) })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/echo')
      await expectEchoes(client, [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000])
      expect(await client.close(4_000, 'done')).toEqual([4_000, 'done'])
    })
  })

  it('knows the request, what upgrade returned, and the subprotocol', async () => {
    const app = createApp()
    const ended = signal<[number, string, string]>()
    app.ws(
      '/rooms/:room',
      { query: z.object({ since: z.int().default(3) }), subprotocols: ['v1'] },
      {
        upgrade: async (ctx) => ({ room: ctx.params.room, agent: ctx.headers.get('user-agent') }),
        open: (socket) => {
          socket.send(JSON.stringify({ ...socket.data, since: socket.query.since, protocol: socket.protocol }))
        },
        close: (socket, code, reason) => ended.happens([code, reason, socket.data.room]),
      },
    )
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/rooms/a%20b', { protocols: ['v1'], headers: { 'user-agent': 'test' } })
      expect(JSON.parse(String(await client.next()))).toEqual({ room: 'a b', agent: 'test', since: 3, protocol: 'v1' })
      await client.close(4_001, 'bye')
      expect(await ended.happened).toEqual([4_001, 'bye', 'a b'])
    })
  })

  it('calls the handlers of one socket in order, the next when the promise of the one before is settled', async () => {
    const app = createApp()
    const seen: string[] = []
    const gates = Array.from({ length: 3 }, () => signal())
    const all = signal()
    app.ws('/', {
      open: async () => {
        seen.push('opening')
        await gates[0]?.happened
        seen.push('open')
      },
      message: async (_socket, message) => {
        seen.push(`begin ${message}`)
        await gates[Number(message)]?.happened
        seen.push(`end ${message}`)
      },
      close: () => {
        seen.push('close')
        all.happens()
      },
    })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      client.send('1')
      client.send('2')
      client.socket.terminate()
      for (const gate of gates.toReversed()) gate.happens()
      await all.happened
      expect(seen).toEqual(['opening', 'open', 'begin 1', 'end 1', 'begin 2', 'end 2', 'close'])
    })
  })

  it('aborts the signal of a handler that is still at work when the connection is lost', async () => {
    const app = createApp()
    const begun = signal()
    const ended = signal<number>()
    app.ws('/', {
      message: (socket) => {
        const aborted = new Promise((resolve) => socket.signal.addEventListener('abort', resolve))
        begun.happens()
        return aborted
      },
      close: (_socket, code) => ended.happens(code),
    })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      client.send('x')
      await begun.happened
      client.socket.terminate()
      expect(await ended.happened).toBe(1006)
    })
  })

  it('closes with 1011 when a handler throws, and logs the error', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.ws('/sync', {
      message: () => {
        throw new Error('the secret reason')
      },
    })
    app.ws('/async', { message: () => Promise.reject(new Error('the secret reason')) })
    app.ws('/open', { open: () => Promise.reject(new Error('the secret reason')) })
    await serve(variant, app, async ({ port }) => {
      for (const path of ['/sync', '/async', '/open']) {
        const client = await Client.open(port, path)
        client.send('x')
        expect(await client.closed).toEqual([1011, 'internal error'])
      }
      expect(entries.filter(({ level }) => level === 'error')).toHaveLength(3)
      expect(String(entries[0]?.fields.err)).toContain('the secret reason')
    })
  })

  it('answers safely whatever is done with a socket that is over', async () => {
    const app = createApp()
    const ended = signal<Socket>()
    app.ws('/', { open: (socket) => void socket.subscribe('t'), close: (socket) => ended.happens(socket as Socket) })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      await client.close()
      const socket = await ended.happened
      await new Promise((resolve) => setImmediate(resolve))
      expect(socket.isOpen).toBe(false)
      expect(socket.send('late')).toBe(false)
      expect(socket.close()).toBe(false)
      expect(socket.subscribe('t')).toBe(false)
      expect(socket.unsubscribe('t')).toBe(false)
      expect(socket.publish('t', 'late')).toBe(0)
      expect(socket.buffered).toBe(0)
      expect(app.publish('t', 'late')).toBe(0)
    })
  })

  it('refuses to send what is no message and codes that cannot be sent', async () => {
    await serveSocket(variant, createApp(), {}, async (socket, client) => {
      expect(() => socket.send({} as string)).toThrow(/string or a Uint8Array/)
      for (const code of [0, 999, 1004, 1005, 1006, 1015, 2000, 5000, 1000.5]) {
        expect(() => socket.close(code), String(code)).toThrow(RangeError)
      }
      expect(socket.close(4_999, '€'.repeat(100))).toBe(true)
      expect(await client.closed).toEqual([4_999, '€'.repeat(41)])
    })
  })

  it('closes sockets with 1012 at shutdown and tells their handlers before the application is over', async () => {
    const app = createApp()
    const seen: string[] = []
    app.ws('/', {
      close: async (_socket, code) => {
        await new Promise((resolve) => setImmediate(resolve))
        seen.push(`close ${code}`)
      },
    })
    app.onShutdown(() => void seen.push('shutdown'))
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      await app.close()
      expect(await client.closed).toEqual([1012, 'the server restarts'])
      expect(seen).toEqual(['close 1012', 'shutdown'])
    })
  })

  it('counts open sockets and does not count them as requests in flight', async () => {
    const app = createApp({ limits: { inFlight: 1 } })
    app.ws('/', { open: (socket) => void socket.send('hello') })
    await serve(variant, app, async ({ port }) => {
      for (let count = 0; count < 3; count++) await (await Client.open(port, '/')).next()
      expect(app.stats()).toMatchObject({ sockets: 3, inFlight: 0, javascriptCalls: 3 })
    })
  })
})

describeVariants('WebSocket messages with a schema', (variant) => {
  const Move = z.object({ kind: z.literal('move'), x: z.int(), y: z.int().default(0) })

  it('parses what fits, fills in defaults and drops what is unknown', async () => {
    const app = createApp()
    app.ws('/', { message: Move }, { message: (socket, move) => void socket.send(JSON.stringify(move)) })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      client.send('{"kind":"move","x":1,"unknown":true}')
      expect(JSON.parse(String(await client.next()))).toEqual({ kind: 'move', x: 1, y: 0 })
    })
  })

  it('closes with 1008 on what does not fit, without calling JavaScript', async () => {
    const app = createApp()
    let count = 0
    app.ws('/', { message: Move }, { message: () => void count++ })
    await serve(variant, app, async ({ port }) => {
      for (const message of ['{"kind":"move","x":"1"}', 'no json', '[]', '{"kind":"move","x":1,"x":2}']) {
        const client = await Client.open(port, '/')
        client.send(message)
        expect((await client.closed)[0], message).toBe(1008)
      }
      const binary = await Client.open(port, '/')
      binary.send(Buffer.from('{}'))
      expect((await binary.closed)[0]).toBe(1003)
      expect(count).toBe(0)
    })
  })

  it('tells invalid what is wrong and keeps the socket', async () => {
    const app = createApp()
    app.ws(
      '/',
      { message: Move },
      {
        message: (socket) => void socket.send('fine'),
        invalid: (socket, violations) =>
          void socket.send(violations.map(({ in: place, path, code }) => `${place} ${path} ${code}`).join()),
      },
    )
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      for (const message of ['{"kind":"move"}', '{', '{"kind":"move","x":1}']) client.send(message)
      expect(await client.take(3)).toEqual(['message /x required', 'message  json', 'fine'])
    })
  })

  it('runs what only the schema library can say, in order', async () => {
    const app = createApp()
    const Even = z.object({ n: z.int().refine(async (n) => n % 2 === 0, 'must be even') })
    app.ws(
      '/',
      { message: Even },
      {
        message: (socket, { n }) => void socket.send(`even ${n}`),
        invalid: (socket, [first]) => void socket.send(`${first?.path} ${first?.message}`),
      },
    )
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      for (const n of [2, 3, 4]) client.send(JSON.stringify({ n }))
      expect(await client.take(3)).toEqual(['even 2', '/n must be even', 'even 4'])
    })
  })
})
