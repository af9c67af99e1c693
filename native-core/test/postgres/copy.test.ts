import { createApp } from '@bolt-app/core'
import { type NativeClient, native } from '@bolt-app/core/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, type TestPostgres } from './server.ts'

let server: TestPostgres
let client: NativeClient

beforeAll(async () => {
  server = await startPostgres()
  client = native(server.url, { max: 2 })
}, 60_000)

afterAll(async () => {
  await client?.end()
  await server?.stop()
})

async function textOf(pieces: AsyncGenerator<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

const running = async (part: string): Promise<number> => {
  const sql = "select count(*)::int as n from pg_stat_activity where state <> 'idle' and query like $1"
  return (await client.unsafe<{ n: number }>(sql, [`copy%${part}%`]))[0]?.n ?? 0
}

/** A hundred megabytes. */
const LARGE = "select n, repeat('é', 500) from generate_series(1, 100000) n"

describe('copy', () => {
  it('gives what PostgreSQL writes, as text and as CSV', async () => {
    const rows = `select n, 'é "' || n as text, null as none from generate_series(1, 3) n`
    expect(await textOf(client.copy(`copy (${rows}) to stdout`))).toBe('1\té "1\t\\N\n2\té "2\t\\N\n3\té "3\t\\N\n')
    const csv = await textOf(client.copy(` COPY (${rows}) TO STDOUT (format csv, header)`))
    expect(csv).toBe('n,text,none\n1,"é ""1",\n2,"é ""2",\n3,"é ""3",\n')
    expect(await textOf(client.copy('copy (select 1 where false) to stdout'))).toBe('')
  })

  it('gives all of what is large without keeping it', async () => {
    let bytes = 0
    let lines = 0
    let largest = 0
    const before = process.memoryUsage.rss()
    for await (const piece of client.copy(`copy (${LARGE}) to stdout`)) {
      bytes += Buffer.byteLength(piece)
      lines += piece.split('\n').length - 1
      largest = Math.max(largest, piece.length)
    }
    expect([lines, bytes]).toEqual([100_000, 100_000 * 1_002 + 488_895])
    expect(largest).toBeLessThan(1024 * 1024)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('waits for who takes slowly, and other statements do not', async () => {
    const pieces = client.copy(`copy (${LARGE} limit 50000) to stdout`)
    await pieces.next()
    for (let round = 0; round < 50; round++) expect(await client.unsafe('select 1 as n').values()).toEqual([[1]])
    expect(await running('limit 50000')).toBe(1)
    let length = 0
    for await (const piece of pieces) length += piece.length
    expect(length).toBeGreaterThan(20_000_000)
  })

  it('is stopped when the reader leaves, and the connection is used again', async () => {
    for (let round = 0; round < 10; round++) {
      for await (const piece of client.copy(`copy (${LARGE}) to stdout`)) {
        expect(piece.length).toBeGreaterThan(0)
        break
      }
    }
    await expect.poll(() => running('repeat')).toBe(0)
    expect(await textOf(client.copy('copy (select 1) to stdout'))).toBe('1\n')
    const counted = await client.unsafe(
      "select count(*)::int as n from pg_stat_activity where application_name = 'bolt'",
    )
    expect(counted[0]?.n).toBeLessThanOrEqual(6)
  })

  it('is an export to a client of the application, and stopped when that leaves', async () => {
    const app = createApp()
    app.get('/export', () => client.copy(`copy (${LARGE}) to stdout (format csv)`))
    const { url } = await app.listen({ port: 0, host: '127.0.0.1' })
    const response = await fetch(`${url}/export`)
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
    await reader?.cancel()
    await expect.poll(() => running('format csv')).toBe(0)
    await app.close()
  })

  it('fails with what PostgreSQL says, also in the middle', async () => {
    await expect(textOf(client.copy('copy nothing to stdout'))).rejects.toMatchObject({ code: '42P01' })
    const late = client.copy('copy (select 1 / (50000 - n) from generate_series(1, 60000) n) to stdout')
    await expect(textOf(late)).rejects.toMatchObject({ code: '22012' })
    await expect(textOf(client.copy('copy (select 1) to stdout (format binary)'))).rejects.toThrow('text and csv')
    expect(await client.unsafe('select 1 as n').values()).toEqual([[1]])
  })

  it('fails with its connection', async () => {
    const pieces = client.copy(`copy (${LARGE}) to stdout (null 'lost')`)
    await pieces.next()
    await client.unsafe(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like '%lost%' and query like 'copy%'`,
    )
    await expect(textOf(pieces)).rejects.toMatchObject({ code: expect.stringMatching(/^(57P01|CONNECTION_LOST)$/) })
  })

  it('is refused for other statements, and for what would read from us', async () => {
    await expect(client.copy('select 1').next()).rejects.toThrow('copy … to stdout')
    await expect(client.copy('copy pg_class from stdin').next()).rejects.toMatchObject({ code: expect.any(String) })
    await expect(client.unsafe('copy (select 1) to stdout')).rejects.toThrow('copy()')
    expect(await client.unsafe('select 1 as n').values()).toEqual([[1]])
  })
})
