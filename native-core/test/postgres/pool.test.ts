import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authority } from '../../../scripts/certificates.mjs'
import { createApp } from '../../src/index.ts'
import { type NativeClient, type NativeOptions, native, PostgresError } from '../../src/postgres/index.ts'
import { startPostgres, type TestPostgres } from './server.ts'

const trusted = authority()

let server: TestPostgres
let folder: string
const clients: NativeClient[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bolt-authorities-'))
  await writeFile(join(folder, 'trusted.pem'), trusted.cert)
  await writeFile(join(folder, 'other.pem'), authority('Another authority').cert)
  server = await startPostgres({ certificate: trusted.issue({ name: 'database', servers: ['localhost'] }) })
}, 60_000)

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end({ timeout: 1 })))
  await server?.stop()
  if (folder) await rm(folder, { recursive: true })
})

function connect(options: NativeOptions = {}, change: (url: URL) => void = () => {}): NativeClient {
  const url = new URL(server.url)
  change(url)
  const client = native(url.href, options)
  clients.push(client)
  return client
}

/** A client that asks for as much encryption, of a server that it knows by this name. */
function encrypted(host: string, parameters: Record<string, string>): NativeClient {
  return connect({ max: 1 }, (url) => {
    url.hostname = host
    url.search = new URLSearchParams(parameters).toString()
  })
}

async function codeOf(promise: PromiseLike<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof PostgresError) return error.code
  throw error ?? new Error('it did not fail')
}

it('begins no transaction where other statements would run in it', async () => {
  const client = connect({ max: 1 })
  expect(await codeOf(client.unsafe('/* a */ begin'))).toBe('UNSAFE_TRANSACTION')
  await client.unsafe('create table kept (n int)')
  const [, left] = await Promise.allSettled([
    client.unsafe('insert into kept values (1)'),
    client.unsafe('select 1; begin; insert into kept values (2)'),
    client.unsafe('insert into kept values (3)'),
  ])
  expect(left).toMatchObject({ status: 'rejected', reason: { code: 'UNSAFE_TRANSACTION' } })
  expect(await client.unsafe('select n from kept order by n').values()).toEqual([[1], [3]])
})

it('takes a transaction that one text begins and ends', async () => {
  const client = connect({ max: 1 })
  await client.unsafe('create table counted (n int)')
  await Promise.all([
    client.unsafe('begin; insert into counted values (1); insert into counted values (2); commit'),
    client.unsafe('insert into counted values (3)'),
  ])
  const broken = client.unsafe('begin; insert into counted values (4); select 1 / 0; commit')
  expect(await codeOf(broken)).toBe('22012')
  expect(await codeOf(client.unsafe('begin; insert into counted values (5)'))).toBe('UNSAFE_TRANSACTION')
  expect(await client.unsafe('select n from counted order by n').values()).toEqual([[1], [2], [3]])
})

it('answers each statement with its own rows, or a failure, while connections are killed', {
  timeout: 60_000,
}, async () => {
  const client = connect()
  const killer = connect({ max: 1, applicationName: 'killer' })
  const codes = new Set<string>()
  let answered = 0
  let next = 0
  const ask = async (): Promise<void> => {
    while (next < 10_000) {
      const mine = next++
      if (mine % 500 === 250) {
        await killer.unsafe(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bolt' order by random() limit 1`,
        )
      }
      try {
        const [row] = await client.unsafe(`select $1::int as n, ${mine % 300} as k`, [mine])
        if (row?.n !== mine || row?.k !== mine % 300) throw new Error(`${mine} was answered ${JSON.stringify(row)}`)
        answered++
      } catch (error) {
        if (!(error instanceof PostgresError)) throw error
        codes.add(error.code)
      }
    }
  }
  await Promise.all(Array.from({ length: 64 }, ask))
  expect(answered).toBeGreaterThan(5_000)
  expect([...codes].filter((code) => code !== '57P01' && code !== 'CONNECTION_LOST')).toEqual([])
  const counted = await killer.unsafe(`select count(*)::int as n from pg_stat_activity where application_name = 'bolt'`)
  expect(counted[0]?.n).toBeLessThanOrEqual(4 + 1)
})

it('finds a server again that was restarted', { timeout: 60_000 }, async () => {
  const client = connect()
  await client.unsafe('select 1')
  await server.restart()
  // What was sent over a connection that is gone by then fails; nobody knows whether it took effect.
  await client.unsafe('select 1').catch(() => undefined)
  expect(await client.unsafe('select 2 as n').values()).toEqual([[2]])
})

it('asks again when tables changed since a statement was prepared', async () => {
  const client = connect({ max: 1 })
  await client.unsafe('create table changing (a int)')
  await client.unsafe('insert into changing values (1)')
  expect(await client.unsafe('select * from changing').values()).toEqual([[1]])
  await client.unsafe('alter table changing add column b text')
  expect(await client.unsafe('select * from changing').values()).toEqual([[1, null]])
  await client.unsafe('deallocate all')
  expect(await client.unsafe('select * from changing').values()).toEqual([[1, null]])
})

it('stops a statement that shares its connection, and nothing else', { timeout: 60_000 }, async () => {
  const client = connect({ max: 1 })
  await client.unsafe('create table shared (n int primary key)')
  const all: number[] = []
  let stopped = 0
  for (let round = 0; round < 200; round++) {
    // From over at once to as long as nobody would wait.
    const slow = client.unsafe('select pg_sleep($1::float8)', [round % 4 === 0 ? 60 : (round % 7) / 1_000])
    const ended = slow.then(
      () => 'done',
      (error: unknown) => (error as PostgresError).code,
    )
    const numbers = Array.from({ length: 5 }, (_, at) => round * 5 + at)
    const others = numbers.map((n) => client.unsafe('insert into shared values ($1) returning n', [n]).values())
    await new Promise((resolve) => setTimeout(resolve, round % 3))
    slow.cancel()
    expect(await Promise.all(others)).toEqual(numbers.map((n) => [[n]]))
    const end = await ended
    expect(['done', '57014']).toContain(end)
    if (end === '57014') stopped += 1
    all.push(...numbers)
  }
  expect(stopped).toBeGreaterThanOrEqual(50)
  expect(await client.unsafe('select n from shared order by n').values()).toEqual(all.map((n) => [n]))
})

it('goes on with a transaction whose first statement is cancelled while others are behind it', async () => {
  const client = connect({ max: 1 })
  const result = await client.begin(async (tx) => {
    const slow = tx.unsafe('select pg_sleep(0.1)')
    const both = Promise.all([slow, tx.unsafe('select 2 as n')])
    await new Promise((resolve) => setTimeout(resolve, 20))
    slow.cancel()
    return (await both)[1]
  })
  expect([...result]).toEqual([{ n: 2 }])
})

it('sends fast statements past slow ones', async () => {
  const client = connect({ max: 2 })
  // Long enough for the second connection to be there.
  await Promise.all([client.unsafe('select pg_sleep(0.2)'), client.unsafe('select 2')])
  const order: string[] = []
  const slow = client.unsafe('select pg_sleep(0.5)').then(() => order.push('slow'))
  await client.unsafe('select pg_sleep(0.02)')
  for (let n = 0; n < 20; n++) await client.unsafe('select $1::int', [n])
  order.push('fast')
  await slow
  expect(order).toEqual(['fast', 'slow'])
})

it.each([
  [{ sslmode: 'disable' }, 'localhost', false],
  [{}, 'localhost', true],
  [{ sslmode: 'require' }, '127.0.0.1', true],
  [{ sslmode: 'verify-ca', sslrootcert: 'trusted.pem' }, '127.0.0.1', true],
  [{ sslmode: 'verify-full', sslrootcert: 'trusted.pem' }, 'localhost', true],
] as const)('connects with %j to %s, encrypted: %s', async (parameters, host, isEncrypted) => {
  const client = encrypted(host, inFolder(parameters))
  const rows = await client.unsafe('select ssl from pg_stat_ssl where pid = pg_backend_pid()').values()
  expect(rows).toEqual([[isEncrypted]])
  const [row] = await client.unsafe(`select repeat('x', 3000000) as text`)
  expect(String(row?.text)).toHaveLength(3_000_000)
})

it.each([
  [{ sslmode: 'verify-ca', sslrootcert: 'other.pem' }, 'localhost', 'UnknownIssuer'],
  [{ sslmode: 'verify-full', sslrootcert: 'trusted.pem' }, '127.0.0.1', 'not valid for name'],
] as const)('refuses with %j to talk to %s', async (parameters, host, why) => {
  const failed = encrypted(host, inFolder(parameters)).unsafe('select 1')
  await expect(failed).rejects.toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringContaining(why) })
})

function inFolder(parameters: { sslmode?: string; sslrootcert?: string }): Record<string, string> {
  const { sslrootcert, ...rest } = parameters
  return sslrootcert === undefined ? rest : { ...rest, sslrootcert: join(folder, sslrootcert) }
}

it('answers quick statements while more slow ones run than there are connections', async () => {
  const client = connect({ max: 2 })
  let isOver = false
  const slow = async (): Promise<void> => {
    while (!isOver) await client.unsafe('select pg_sleep($1::float8)', [0.15])
  }
  // Until they are known to be slow, they are in the way of everybody.
  await Promise.all(Array.from({ length: 4 }, () => client.unsafe('select pg_sleep($1::float8)', [0.15])))
  const running = Array.from({ length: 6 }, slow)
  const times: number[] = []
  for (let count = 0; count < 300; count++) {
    const start = performance.now()
    await client.unsafe('select $1::int as n', [count])
    times.push(performance.now() - start)
  }
  isOver = true
  await Promise.all(running)
  times.sort((one, other) => one - other)
  // One that waits for a slow statement takes tens of milliseconds; the bound is wide for machines that have other work.
  expect(times[Math.floor(times.length * 0.95)]).toBeLessThan(40)
})

it('takes no statement for slow whose answer waits for a busy handler', async () => {
  const client = connect({ max: 1 }, (url) => url.searchParams.set('application_name', 'busy'))
  const app = createApp()
  app.get('/busy', async () => {
    const asked = client.unsafe('select 1 as quick').then((rows) => rows)
    const until = performance.now() + 15
    while (performance.now() < until);
    return asked
  })
  for (let count = 0; count < 10; count++) expect((await app.inject({ url: '/busy' })).status).toBe(200)
  // Slow ones would have a connection of their own.
  const [row] = await client.unsafe(
    `select count(*)::int as n from pg_stat_activity where application_name = 'busy' and backend_type = 'client backend'`,
  )
  expect(row?.n).toBe(1)
})

it('ends the wait for a connection when its time is up', async () => {
  const client = connect({ max: 1, waitTimeout: 100 })
  await client.unsafe('select 1')
  let release = (): void => {}
  const holder = client.begin(() => new Promise<void>((resolve) => (release = resolve)))
  const start = performance.now()
  expect(await codeOf(client.begin(async () => undefined))).toBe('POOL_TIMEOUT')
  expect(performance.now() - start).toBeGreaterThanOrEqual(99)
  release()
  await holder
  expect(await client.begin(async (tx) => (await tx.unsafe('select 1 as n'))[0])).toEqual({ n: 1 })
})
