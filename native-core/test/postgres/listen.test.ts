import { readdirSync } from 'node:fs'
import { createApp } from '@bolt-app/core'
import { query } from '@bolt-app/core/drizzle'
import { type NativeClient, native } from '@bolt-app/core/postgres'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPostgres, type TestPostgres } from './server.ts'

let server: TestPostgres
let client: NativeClient
let told: string[]
const tell = (payload: string): void => {
  told.push(payload)
}

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)

afterAll(() => server?.stop())

beforeEach(() => {
  told = []
  client = native(server.url, { max: 2, applicationName: 'listening' })
})

afterEach(() => client.end())

const killAll = (): Promise<unknown> =>
  client.unsafe('select pg_terminate_backend(pid) from pg_stat_activity where query ilike $1', ['listen "%'])

describe('notifications', () => {
  it('are told to who listens to their channel, in order, whatever is in them', async () => {
    const others: string[] = []
    await client.listen('Jobs "of" é', tell)
    await client.listen('others', (payload) => others.push(payload))
    const payloads = ['', 'a', 'it\'s \\ "quoted"\n\t\u0001 é 😀', 'x'.repeat(7_999)]
    for (const payload of payloads) await client.notify('Jobs "of" é', payload)
    await client.notify('others')
    await expect.poll(() => told.length + others.length).toBe(5)
    expect(told).toEqual(payloads)
    expect(others).toEqual([''])
  })

  it('of a transaction are told when it is committed', async () => {
    await client.listen('committed', tell)
    await client.begin(async (tx) => {
      await tx.notify('committed', 'yes')
    })
    const failed = client.begin(async (tx) => {
      await tx.notify('committed', 'no')
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    await client.notify('committed', 'end')
    await expect.poll(() => told).toEqual(['yes', 'end'])
  })

  it('are told to all who listen, and not after unlisten, which closes the connection with the last', async () => {
    const second: string[] = []
    const one = await client.listen('both', tell)
    const other = await client.listen('both', (payload) => second.push(payload))
    await client.notify('both', '1')
    await expect.poll(() => [told, second]).toEqual([['1'], ['1']])
    await one.unlisten()
    await one.unlisten()
    await client.notify('both', '2')
    await expect.poll(() => second).toEqual(['1', '2'])
    expect(told).toEqual(['1'])
    await other.unlisten()
    const open = `select count(*)::int as n from pg_stat_activity where application_name = 'listening' and query ilike 'listen "%'`
    await expect.poll(async () => (await client.unsafe(open))[0]?.n).toBe(0)
    await client.listen('both', tell)
    await client.notify('both', '3')
    await expect.poll(() => told).toEqual(['1', '3'])
  })

  it('are told again once a lost connection was made again, which is said', async () => {
    let begun = 0
    await client.listen('kept', tell, () => {
      begun += 1
    })
    for (let round = 1; round <= 3; round++) {
      expect(begun).toBe(round)
      await client.notify('kept', String(round))
      await expect.poll(() => told.length).toBe(round)
      await killAll()
      await expect.poll(() => begun, { timeout: 10_000 }).toBe(round + 1)
    }
    await server.restart()
    await expect.poll(() => begun, { timeout: 20_000 }).toBe(5)
    await expect
      .poll(
        () =>
          client.notify('kept', 'after').then(
            () => told.at(-1),
            () => 'failed',
          ),
        { timeout: 10_000 },
      )
      .toBe('after')
  }, 60_000)

  it('of thousands at once are all told, while routes answer', async () => {
    await client.listen('many', tell)
    const app = createApp()
    app.get('/one', query.one(drizzle(client).select({ n: sql<number>`1` }).from(sql`(select 1) one`)))
    const notify = client.unsafe(`select pg_notify('many', n || repeat('x', 1000)) from generate_series(1, 10000) n`)
    const answers = await Promise.all([notify, ...Array.from({ length: 50 }, () => app.inject({ url: '/one' }))])
    expect(answers.slice(1).every((answer) => 'status' in answer && answer.status === 200)).toBe(true)
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(10_000)
    expect(told.map((payload) => Number.parseInt(payload, 10))).toEqual(
      Array.from({ length: 10_000 }, (_, at) => at + 1),
    )
    await app.close()
    await client.notify('many', 'after the application was closed')
    await expect.poll(() => told.at(-1)).toBe('after the application was closed')
  })

  it('leave nothing behind when the client is ended', async () => {
    const count = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)
    await client.end()
    const before = count()
    for (let round = 0; round < 20; round++) {
      const other = native(server.url)
      await other.listen('left', tell)
      const listening = other.listen('late', tell).catch(() => undefined)
      await other.end()
      await listening
    }
    await expect.poll(count).toBeLessThanOrEqual(before)
  })
})

describe('listening', () => {
  it.each([['', 'a\0b', 'é'.repeat(32), 5 as never]].flat())(
    'is refused for a channel that PostgreSQL has not: %j',
    async (channel) => {
      await expect(client.listen(channel, tell)).rejects.toThrow('give a name of 1 to 63 bytes')
    },
  )

  it('fails where there is no server, and after the client was ended', async () => {
    const nobody = native('postgres://me@127.0.0.1:1/none')
    await expect(nobody.listen('any', tell)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    await nobody.end()
    await client.end()
    await expect(client.listen('any', tell)).rejects.toMatchObject({ code: 'POOL_CLOSED' })
  })
})
