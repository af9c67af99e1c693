import { createApp, type Server, type Socket } from '@bolt-app/core'
import { Agent, WebSocket as BuiltIn } from 'undici'
import { expect, it } from 'vitest'
import { authority } from '../../../scripts/certificates.mjs'
import { describeVariants } from '../hosts.ts'
import { Client, signal } from './client.ts'
import { expectEchoes } from './serve.ts'

const ca = authority()
const local = ca.issue({ name: 'localhost', servers: ['localhost'] })
const trust = { ca: ca.cert, servername: 'localhost' }

describeVariants('WebSocket over TLS', ({ io }) => {
  async function serve(
    declare: (app: ReturnType<typeof createApp>) => void,
    run: (server: Server) => Promise<void>,
    tls: object = local,
  ): Promise<void> {
    const app = createApp({ limits: { messageBytes: 4_000_000 } })
    declare(app)
    const server = await app.listen({ port: 0, tls, ...io })
    try {
      await run(server)
    } finally {
      await app.close({ grace: 1_000 })
    }
  }

  it('echoes messages of all sizes, compressed or not, and closes in good order', async () => {
    await serve(
      (app) => {
        for (const compression of [false, true]) {
          const message = (socket: Socket, data: unknown): void => void socket.send(data as string)
          app.ws(compression ? '/small' : '/plain', { compression }, { message })
        }
      },
      async ({ port }) => {
        for (const path of ['/plain', '/small']) {
          const client = await Client.open(port, path, trust)
          // 16 KiB is what one record of TLS holds.
          await expectEchoes(client, [0, 1, 125, 126, 16_383, 16_384, 65_536, 3_000_000])
          expect(await client.close(4_000, 'done')).toEqual([4_000, 'done'])
        }
      },
    )
  })

  it('speaks with the WebSocket that Node itself has', async () => {
    await serve(
      (app) =>
        app.ws(
          '/echo',
          { subprotocols: ['v1'], compression: true, origins: '*' },
          { message: (socket, data) => void socket.send(data) },
        ),
      async ({ port }) => {
        const dispatcher = new Agent({ connect: trust })
        const socket = new BuiltIn(`wss://localhost:${port}/echo`, { protocols: ['v1'], dispatcher })
        socket.binaryType = 'arraybuffer'
        const messages: unknown[] = []
        const closed = new Promise<{ code: number; reason: string }>((resolve) =>
          socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason })),
        )
        await new Promise<void>((resolve, reject) => {
          socket.addEventListener('open', () => resolve())
          socket.addEventListener('error', ({ error }) => reject(error))
        })
        expect(socket.protocol).toBe('v1')
        const text = 'grüße '.repeat(10_000)
        const all = new Promise<void>((resolve) =>
          socket.addEventListener('message', ({ data }) => {
            messages.push(data)
            if (messages.length === 2) resolve()
          }),
        )
        socket.send(text)
        socket.send(new Uint8Array([1, 2, 3]))
        await all
        expect(messages).toEqual([text, new Uint8Array([1, 2, 3]).buffer])
        socket.close(4_001, 'done')
        expect(await closed).toEqual({ code: 4_001, reason: 'done' })
        await dispatcher.destroy()
      },
    )
  })

  it('holds a sender up while its client does not read, and goes on when it does', async () => {
    const opened = signal<Socket>()
    const drained = signal()
    await serve(
      (app) =>
        app.ws(
          '/',
          { bufferedBytes: 100_000_000 },
          { open: (socket) => opened.happens(socket as Socket), drain: () => drained.happens() },
        ),
      async ({ port }) => {
        const client = await Client.open(port, '/', trust)
        client.socket.pause()
        const socket = await opened.happened
        const piece = Buffer.alloc(1_000_000, 1)
        let count = 0
        // The system takes some of it; the rest is what waits.
        while (socket.buffered < 2_000_000) {
          expect(socket.send(piece)).not.toBe(false)
          count += 1
          await new Promise((resolve) => setImmediate(resolve))
        }
        client.socket.resume()
        await drained.happened
        for (const got of await client.take(count)) expect(piece.equals(got as Buffer)).toBe(true)
        await client.close()
      },
    )
  })

  it('tells open sockets that the server restarts', async () => {
    const app = createApp()
    app.ws('/', {})
    const server = await app.listen({ port: 0, tls: local, ...io })
    const client = await Client.open(server.port, '/', trust)
    await app.close({ grace: 2_000 })
    expect((await client.closed)[0]).toBe(1012)
  })

  it('knows the certificate of its client', async () => {
    const clients = authority('Clients')
    await serve(
      (app) =>
        app.ws('/', { open: (socket) => void socket.send(socket.request.clientCertificate?.subject ?? 'nobody') }),
      async ({ port }) => {
        const client = await Client.open(port, '/', { ...trust, ...clients.issue({ name: 'Ada' }) })
        expect(await client.next()).toBe('CN=Ada')
        await client.close()
        await expect(Client.open(port, '/', trust)).rejects.toThrow()
      },
      { ...local, clientAuth: { ca: clients.cert } },
    )
  })
})
