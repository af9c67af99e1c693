import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { describeVariants } from '../hosts.ts'
import { Client, signal } from './client.ts'
import { serve, serveSocket } from './serve.ts'

describeVariants('WebSocket limits', (variant) => {
  it('closes with 1009 on a message over the limit, of the route or of the application', async () => {
    const app = createApp({ limits: { messageBytes: 200 } })
    app.ws('/app', { message: (socket, message) => void socket.send(message) })
    app.ws('/route', { messageBytes: 100 }, { message: (socket, message) => void socket.send(message) })
    await serve(variant, app, async ({ port }) => {
      for (const [path, most] of [
        ['/app', 200],
        ['/route', 100],
      ] as const) {
        const client = await Client.open(port, path)
        client.send('x'.repeat(most))
        expect(await client.next()).toBe('x'.repeat(most))
        client.send('x'.repeat(most + 1))
        expect((await client.closed)[0]).toBe(1009)
      }
    })
  })

  it('has the same limit for a message once it is inflated', async () => {
    const app = createApp()
    app.ws('/', { messageBytes: 1_000, compression: true }, { message: (socket) => void socket.send('fine') })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/', { perMessageDeflate: { threshold: 0 } })
      client.send('x'.repeat(1_000))
      expect(await client.next()).toBe('fine')
      client.send('x'.repeat(1_001))
      expect((await client.closed)[0]).toBe(1009)
    })
  })

  const bounded = 'closes with 1008 on a message in very many fragments, and tells so'
  const joins = variant.core === 'native'
  it.skipIf(joins)(joins ? `${bounded} [skipped: the engine joins fragments as they come]` : bounded, async () => {
    const app = createApp()
    const ended = signal<number>()
    app.ws('/', { close: (_socket, code) => ended.happens(code) })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      for (let sent = 0; sent <= 16_384; sent++) client.socket.send('x', { fin: false })
      expect((await client.closed)[0]).toBe(1008)
      expect(await ended.happened).toBe(1008)
    })
  })

  it('closes with 1013 when a client does not take what it is sent', async () => {
    const app = createApp({ limits: { bufferedBytes: 100_000 } })
    const ended = signal<number>()
    await serveSocket(variant, app, { close: (_socket, code) => ended.happens(code) }, async (socket, client) => {
      client.socket.pause()
      const piece = Buffer.alloc(50_000)
      let sent = 0
      let last: number | false = 0
      while (sent < 1_000 && last !== false) {
        last = socket.send(piece)
        sent += 1
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(last).toBe(false)
      expect(await ended.happened).toBe(1013)
      client.socket.resume()
      expect((await client.closed)[0]).toBe(1013)
    })
  })

  it('tells when all that waited was written', async () => {
    const app = createApp({ limits: { bufferedBytes: 100_000_000 } })
    const drained = signal<number>()
    await serveSocket(variant, app, { drain: (own) => drained.happens(own.buffered) }, async (socket, client) => {
      client.socket.pause()
      // Until the system takes no more for a client that does not read.
      while (socket.buffered < 500_000) {
        socket.send(Buffer.alloc(500_000))
        await new Promise((resolve) => setImmediate(resolve))
      }
      client.socket.resume()
      expect(await drained.happened).toBe(0)
    })
  })

  it('reads no further from a client that is faster than its handler', async () => {
    const app = createApp()
    const gate = signal()
    let count = 0
    const all = signal()
    app.ws('/', {
      message: async () => {
        await gate.happened
        count += 1
        if (count === 200) all.happens()
      },
    })
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      for (let sent = 0; sent < 200; sent++) client.send(Buffer.alloc(100_000))
      await expect.poll(() => client.socket.bufferedAmount).toBeGreaterThan(0)
      gate.happens()
      await all.happened
      expect(client.socket.bufferedAmount).toBe(0)
    })
  })

  it('pings a silent client and closes one that does not answer', async () => {
    const app = createApp()
    const ended = signal<number>()
    app.ws('/', { idleTimeout: 400 }, { close: (_socket, code) => ended.happens(code) })
    await serve(variant, app, async ({ port }) => {
      const alive = await Client.open(port, '/')
      const deaf = await Client.open(port, '/', { autoPong: false } as never)
      expect((await deaf.closed)[0]).toBe(1001)
      expect(await ended.happened).toBe(1001)
      expect(alive.socket.readyState).toBe(alive.socket.OPEN)
    })
  })

  it('closes a silent client when pings are off', async () => {
    const app = createApp()
    app.ws('/', { idleTimeout: 200, ping: false }, {})
    await serve(variant, app, async ({ port }) => {
      const client = await Client.open(port, '/')
      let pings = 0
      client.socket.on('ping', () => pings++)
      expect((await client.closed)[0]).toBe(1001)
      expect(pings).toBe(0)
    })
  })

  it('compresses for clients that can, with and without context', async () => {
    for (const contextTakeover of [false, true]) {
      const app = createApp()
      app.ws(
        '/',
        { compression: { threshold: 100, contextTakeover } },
        { message: (socket, message) => void socket.send(message) },
      )
      await serve(variant, app, async ({ port }) => {
        const client = await Client.open(port, '/', { perMessageDeflate: true })
        expect(client.socket.extensions).toContain('permessage-deflate')
        for (const text of ['short', 'long '.repeat(1_000), 'long '.repeat(1_000), 'x'.repeat(300_000)]) {
          client.send(text)
          expect(await client.next()).toBe(text)
        }
        const plain = await Client.open(port, '/', { perMessageDeflate: false })
        plain.send('long '.repeat(1_000))
        expect(await plain.next()).toBe('long '.repeat(1_000))
      })
    }
  })

  const isInLoop = variant.name === 'native'
  const title = 'sends what one turn of the event loop sends in one piece'
  it.skipIf(!isInLoop)(
    isInLoop ? title : `${title} [skipped: written by node:http, or at once by the thread]`,
    async () => {
      await serveSocket(variant, createApp(), {}, async (socket, client) => {
        const sizes = ['a', 'b', 'c'].map((text) => socket.send(text))
        expect(sizes).toEqual([3, 6, 9])
        expect(await client.take(3)).toEqual(['a', 'b', 'c'])
      })
    },
  )
})
