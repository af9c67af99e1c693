import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { describeVariants } from '../hosts.ts'
import { Client } from './client.ts'

/** What the groups 9, 12 and 13 of the Autobahn suite ask for, fewer messages of each kind; see docs/conformance/websocket.md. */
describeVariants('WebSocket as Autobahn asks for', (variant) => {
  async function echo(run: (open: (options?: object) => Promise<Client>) => Promise<void>): Promise<void> {
    const app = createApp({ limits: { messageBytes: 20_000_000, bufferedBytes: 100_000_000 } })
    const message = (socket: { send(message: never): unknown }, data: unknown): void => void socket.send(data as never)
    app.ws('/', { compression: { threshold: 0, contextTakeover: true } }, { message })
    const { port } = await app.listen({ port: 0, ...variant.io })
    try {
      await run((options = {}) => Client.open(port, '/', { maxPayload: 20_000_000, ...options }))
    } finally {
      await app.close({ grace: 1_000 })
    }
  }

  it('9.1, 9.2: echoes texts and bytes of 64 KiB to 16 MiB', async () => {
    await echo(async (open) => {
      const client = await open({ perMessageDeflate: false })
      for (const size of [16, 18, 20, 22, 23, 24].map((power) => 2 ** power)) {
        const bytes = Buffer.alloc(size, 'BAsd7&jh23')
        client.send(bytes.toString())
        expect((await client.next()) === bytes.toString(), `text of ${size}`).toBe(true)
        client.send(bytes)
        expect(bytes.equals((await client.next()) as Buffer), `bytes of ${size}`).toBe(true)
      }
      await client.close()
    })
  })

  // The library of the fallback takes at most 16,384 fragments.
  const smallest = variant.core === 'native' ? [64, 256] : []
  it('9.3, 9.4: joins 4 MiB however small the fragments', async () => {
    await echo(async (open) => {
      const client = await open({ perMessageDeflate: false })
      const bytes = Buffer.alloc(2 ** 22, 'BAsd7&jh23')
      for (const size of [...smallest, 1_024, 65_536, 2 ** 20, 2 ** 22]) {
        for (let at = 0; at < bytes.byteLength; at += size) {
          const fin = at + size >= bytes.byteLength
          client.socket.send(bytes.subarray(at, at + size), { binary: true, fin })
          // So that the client's own queue stays short.
          if ((at / size) % 1_024 === 1_023) await new Promise((resolve) => setImmediate(resolve))
        }
        expect(bytes.equals((await client.next()) as Buffer), `fragments of ${size}`).toBe(true)
      }
      await client.close()
    })
  })

  it('9.7, 9.8: keeps up with many small messages', async () => {
    await echo(async (open) => {
      const client = await open({ perMessageDeflate: false })
      for (const size of [0, 16, 64, 256, 1_024, 4_096]) {
        for (let sent = 0; sent < 200; sent++) client.send('x'.repeat(size))
        for (const got of await client.take(200)) expect(got).toBe('x'.repeat(size))
      }
      await client.close()
    })
  })

  /** What clients offer in the groups 12.* (nothing of it) and 13.1 to 13.7. */
  const offers: Array<[string, object]> = [
    ['12, 13.1: nothing', {}],
    ['13.2: no context of the server', { serverNoContextTakeover: true }],
    ['13.3: a window of 9 bits', { serverMaxWindowBits: 9 }],
    ['13.4: a window of 15 bits', { serverMaxWindowBits: 15 }],
    ['13.5: no context and a window of 9 bits', { serverNoContextTakeover: true, serverMaxWindowBits: 9 }],
    ['13.6: no context and a window of 15 bits', { serverNoContextTakeover: true, serverMaxWindowBits: 15 }],
    ['13.7: no context of either', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ]
  it.each(offers)('compresses for a client that asks for %s', async (_title, perMessageDeflate) => {
    await echo(async (open) => {
      const client = await open({ perMessageDeflate: { threshold: 0, ...perMessageDeflate } })
      expect(client.socket.extensions).toContain('permessage-deflate')
      for (const size of [16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072]) {
        const messages = Array.from({ length: 20 }, (_, index) => JSON.stringify({ index, text: words(size, index) }))
        for (const message of messages) client.send(message)
        for (const [index, got] of (await client.take(messages.length)).entries()) {
          expect(got === messages[index], `message ${index} of ${size}`).toBe(true)
        }
        const bytes = Buffer.from(messages[0] as string)
        client.send(bytes)
        expect(bytes.equals((await client.next()) as Buffer)).toBe(true)
      }
      await client.close()
    })
  })
})

/** Text that can be compressed, but not to nothing. */
function words(size: number, seed: number): string {
  const list = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta']
  let state = seed + 1
  let text = ''
  while (text.length < size) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    text += `${list[state % 8]}${state % 1_000} `
  }
  return text.slice(0, size)
}
