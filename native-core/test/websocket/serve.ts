import type { App, Server, Socket } from '@bolt-app/core'
import { expect } from 'vitest'
import type { Variant } from '../hosts.ts'
import { Client, signal } from './client.ts'

/** Listens, runs, closes. */
export async function serve(variant: Variant, app: App, run: (server: Server) => Promise<void>): Promise<void> {
  const server = await app.listen({ port: 0, ...variant.io })
  try {
    await run(server)
  } finally {
    await app.close({ grace: 1_000 })
  }
}

/** Serves sockets with these handlers besides `open`; runs with the first that opens, and its client. */
export async function serveSocket(
  variant: Variant,
  app: App,
  handlers: { close?(socket: Socket, code: number): void; drain?(socket: Socket): void },
  run: (socket: Socket, client: Client) => Promise<void>,
): Promise<void> {
  const opened = signal<Socket>()
  app.ws('/', { ...handlers, open: (socket) => opened.happens(socket as Socket) })
  await serve(variant, app, async ({ port }) => {
    const client = await Client.open(port, '/')
    await run(await opened.happened, client)
  })
}

/** Sends texts and bytes of each length to a socket that sends them back. */
export async function expectEchoes(client: Client, lengths: readonly number[]): Promise<void> {
  for (const length of lengths) {
    const text = 'é'.repeat(length / 2)
    client.send(text)
    expect(await client.next()).toBe(text)
    const bytes = Buffer.alloc(length, 7)
    client.send(bytes)
    expect(bytes.equals((await client.next()) as Buffer)).toBe(true)
  }
}
