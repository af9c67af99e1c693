import type { App, Server } from '@bolt-app/core'
import { expect } from 'vitest'
import type { Variant } from '../hosts.ts'
import type { Client } from './client.ts'

/** Listens, runs, closes. */
export async function serve(variant: Variant, app: App, run: (server: Server) => Promise<void>): Promise<void> {
  const server = await app.listen({ port: 0, ...variant.io })
  try {
    await run(server)
  } finally {
    await app.close({ grace: 1_000 })
  }
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
