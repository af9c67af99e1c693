import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/index.ts'
import { type NativeClient, native } from '../../src/postgres/index.ts'
import { startPostgres, type TestPostgres } from './server.ts'

let server: TestPostgres
let client: NativeClient

beforeAll(async () => {
  server = await startPostgres()
  // With one connection for transactions a cursor that keeps its own stands in the way of the next.
  client = native(server.url, { max: 1, waitTimeout: 2_000 })
}, 60_000)

afterAll(async () => {
  await client?.end({ timeout: 1 })
  await server?.stop()
})

const numbers = 'select n, n::text as text from generate_series(1, $1::int) n'

/** What a reader has before it fails, and what it fails with. */
async function until(rows: AsyncIterable<readonly unknown[]>): Promise<{ count: number; error: unknown }> {
  let count = 0
  try {
    for await (const piece of rows) count += piece.length
  } catch (error) {
    return { count, error }
  }
  return { count, error: undefined }
}

describe('the rows of a query, in pieces', () => {
  it.each([
    [0, 3, []],
    [2, 3, [2]],
    [3, 3, [3]],
    [7, 3, [3, 3, 1]],
  ])('%i of them, %i at a time', async (rows, count, lengths) => {
    const found = []
    for await (const piece of client.unsafe(numbers, [rows]).cursor(count)) found.push(piece.length)
    expect(found).toEqual(lengths)
  })

  it('are those that come at once, and can be lists', async () => {
    const sql =
      "select 1 as a, now()::date as day, array['x', null] as list, 9007199254740993::bigint as big, null as none"
    for (const query of [() => client.unsafe(sql), () => client.unsafe(sql).values()]) {
      const [expected] = [await query()]
      for await (const piece of query().cursor()) expect([...piece]).toStrictEqual([...expected])
    }
  })

  it('give their connection back when the reader leaves', async () => {
    for (let round = 0; round < 3; round += 1) {
      for await (const [row] of client.unsafe(numbers, [1_000_000]).cursor(2)) {
        expect(row).toEqual({ n: 1, text: '1' })
        break
      }
    }
    expect(await client.begin((tx) => tx.unsafe('select 1 as a'))).toEqual([{ a: 1 }])
  })

  it('give it back when a row fails, after those before it', async () => {
    const { count, error } = await until(client.unsafe('select 1 / (10 - n) from generate_series(1, 20) n').cursor(4))
    expect([count, error]).toEqual([8, expect.objectContaining({ code: '22012' })])
    expect(await client.begin((tx) => tx.unsafe('select 1 as a'))).toEqual([{ a: 1 }])
  })

  it('are those of a transaction within it, of several queries in turn', async () => {
    await client.unsafe('create table pieces (n int)')
    const seen = await client.begin(async (tx) => {
      await tx.unsafe('insert into pieces select generate_series(1, 4)')
      const [one, two] = [1, 2].map((sign) => tx.unsafe('select n * $1::int as n from pieces', [sign]).cursor(2))
      const found = []
      for (const reader of [one, two, one, two, one])
        found.push((await reader?.next())?.value?.map(({ n }: { n: number }) => n))
      return found
    })
    expect(seen).toEqual([[1, 2], [2, 4], [3, 4], [6, 8], undefined])
  })

  it('end with their signal', async () => {
    const abort = new AbortController()
    const rows = client.unsafe(numbers, [1_000_000], { signal: abort.signal }).cursor(10)
    expect((await rows.next()).value).toHaveLength(10)
    abort.abort()
    expect((await until(rows)).error).toBe(abort.signal.reason)
    expect(await client.begin((tx) => tx.unsafe('select 1 as a'))).toEqual([{ a: 1 }])
  })

  it('fail when their connection is lost, and the next ones have another', async () => {
    const rows = client.unsafe('select pg_backend_pid() as pid from generate_series(1, 100)').cursor(10)
    const [{ pid }] = (await rows.next()).value as [{ pid: number }]
    await client.unsafe('select pg_terminate_backend($1)', [pid])
    expect((await until(rows)).error).toMatchObject({ code: expect.stringMatching(/^(57P01|CONNECTION_LOST)$/) })
    expect((await until(client.unsafe(numbers, [5]).cursor(2))).count).toBe(5)
  })

  it('need the memory of a piece', async () => {
    const wide = "select n, repeat('x', 1000) as text from generate_series(1, 200000) n"
    let [count, most] = [0, 0]
    const before = process.memoryUsage().rss
    for await (const piece of client.unsafe(wide).cursor(500)) {
      count += piece.length
      most = Math.max(most, process.memoryUsage().rss)
    }
    expect(count).toBe(200_000)
    // The rows are 200 MB.
    expect((most - before) / 2 ** 20).toBeLessThan(150)
  })

  it('stream to a client as fast as it reads, and end when it leaves', async () => {
    const app = createApp()
    app.get('/', async function* () {
      for await (const rows of client.unsafe(numbers, [100_000]).cursor(1_000)) yield JSON.stringify(rows)
    } as never)
    try {
      const { url } = await app.listen({ port: 0, host: '127.0.0.1' })
      const response = await fetch(url)
      const reader = response.body?.getReader()
      expect((await reader?.read())?.done).toBe(false)
      await reader?.cancel()
      // It waits for the only connection there is.
      expect(await client.begin((tx) => tx.unsafe('select 1 as a'))).toEqual([{ a: 1 }])
    } finally {
      await app.close()
    }
  })

  it('are no number of rows that is none', () => {
    for (const count of [0, -1, 1.5, Number.NaN, 2 ** 31, '5']) {
      expect(() => client.unsafe('select 1').cursor(count as number)).toThrow(RangeError)
    }
  })

  it('are those of a select: what changes rows is refused', async () => {
    const { error } = await until(client.unsafe('delete from pg_class returning oid').cursor())
    expect(error).toMatchObject({ code: '42601' })
  })
})
