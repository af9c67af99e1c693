import { AsyncLocalStorage } from 'node:async_hooks'
import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/index.ts'
import { builtinArrays } from '../../src/postgres/builtin-arrays.ts'
import { type NativeClient, native, PostgresError } from '../../src/postgres/index.ts'
import { startPostgres, type TestPostgres } from './server.ts'

const run = promisify(execFile)

let server: TestPostgres
let client: NativeClient
let watcher: NativeClient

beforeAll(async () => {
  server = await startPostgres()
  client = native(server.url, { max: 2 })
  watcher = native(server.url, { max: 1 })
}, 60_000)

afterAll(async () => {
  await client?.end({ timeout: 1 })
  await watcher?.end({ timeout: 1 })
  await server?.stop()
})

/** What a promise is rejected with. */
async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

/** The same, of a statement that PostgreSQL or the client refuses. */
async function failure(promise: PromiseLike<unknown>): Promise<PostgresError> {
  const error = await rejection(promise)
  expect(error).toBeInstanceOf(PostgresError)
  return error as PostgresError
}

/** Waits until PostgreSQL runs so many statements that hold a text. */
async function untilRunning(text: string, count: number): Promise<void> {
  const sql = "select pid from pg_stat_activity where state = 'active' and query like '%' || $1 || '%'"
  await vi.waitFor(async () => expect(await watcher.unsafe(sql, [text])).toHaveLength(count), 5_000)
}

describe('a statement', () => {
  it('is sent when it is awaited, once', async () => {
    await client.unsafe('create table counted (a int)')
    const unsent = client.unsafe('insert into counted values (1)')
    const sent = client.unsafe('insert into counted values (2)')
    await Promise.all([sent, sent, sent.then(() => undefined)])
    expect([...(await client.unsafe('select a from counted'))]).toEqual([{ a: 2 }])
    expect(unsent).toBeInstanceOf(Object)
  })

  it('gives a result for each of several statements', async () => {
    const results = await client.unsafe(
      'create temp table t (a int); insert into t values (1), (2); select a from t; drop table t',
    )
    expect([...results].map((result) => [(result as unknown as { command: string }).command, result])).toEqual([
      ['CREATE TABLE', []],
      ['INSERT', []],
      ['SELECT', [{ a: 1 }, { a: 2 }]],
      ['DROP TABLE', []],
    ])
  })

  it('gives nothing for no statement', async () => {
    const rows = await client.unsafe(' ')
    expect([[...rows], rows.count, rows.columns]).toEqual([[], null, []])
  })

  it('reads and writes what is no text without being told how', async () => {
    const given = [
      new Date(0),
      true,
      2n ** 62n,
      Buffer.from([0, 255]),
      { a: ['x', null] },
      [1, null, 3],
      ['a"', null],
      1.5,
    ]
    const [row] = await client.unsafe(
      'select $1 a, $2 b, $3 c, $4 d, $5::jsonb e, $6::int[] f, $7::text[] g, $8::float8 h, null i',
      given,
    )
    expect(row).toEqual({
      a: new Date(0),
      b: true,
      c: String(2n ** 62n),
      d: Buffer.from([0, 255]),
      e: { a: ['x', null] },
      f: [1, null, 3],
      g: ['a"', null],
      h: 1.5,
      i: null,
    })
  })

  it('does not take NULL in an array for a text', async () => {
    const [row] = await client.unsafe(`select array[1, null] a, array['NULL', null] b, '[0:1]={5,6}'::int[] c`)
    expect(row).toEqual({ a: [1, null], b: ['NULL', null], c: [5, 6] })
  })

  it('reads arrays of types that the database has made, also within the transaction that makes them', async () => {
    await client.unsafe(`create type color as enum ('red', 'dark blue')`)
    const [row] = await client.unsafe(`select array['red', 'dark blue', null]::color[] a, '{red}'::text b`)
    expect(row).toEqual({ a: ['red', 'dark blue', null], b: '{red}' })
    const inside = await client.begin(async (tx) => {
      await tx.unsafe('create type pair as (a int, b text)')
      return tx.unsafe(`select array[(1, 'x y')::pair] a`)
    })
    expect([...inside]).toEqual([{ a: ['(1,"x y")'] }])
  })

  it('reads a type as the client is told to', async () => {
    const own = native(server.url, { max: 1 })
    own.options.parsers[20] = BigInt
    own.options.serializers[16] = (value: unknown) => (value ? 'false' : 'true')
    expect([...(await own.unsafe('select 1::int8 a, array[2::int8] b, $1::boolean c', [true]))]).toEqual([
      { a: 1n, b: [2n], c: false },
    ])
    await own.end()
  })

  it('refuses options that it has not, and parameters that are no list', () => {
    const own = client as unknown as { unsafe(...given: unknown[]): void }
    expect(() => own.unsafe('select 1', [], { simple: true })).toThrow("unsafe(): unknown option 'simple'")
    expect(() => own.unsafe('select $1', 'x')).toThrow('unsafe(): the parameters are "x"')
  })

  it('can be cancelled before and while it runs', async () => {
    const unsent = client.unsafe('select 1')
    unsent.cancel()
    expect((await failure(unsent)).code).toBe('57014')
    const running = client.unsafe('select pg_sleep(20)')
    const failed = failure(running)
    setTimeout(() => running.cancel(), 100)
    expect((await failed).code).toBe('57014')
  })

  it('is given up with its signal, and rejects with the reason at once', async () => {
    const reason = new Error('enough')
    const unsent = client.unsafe('select 1', [], { signal: AbortSignal.abort(reason) })
    await expect(unsent).rejects.toBe(reason)
    const abort = new AbortController()
    const running = client.unsafe("select pg_sleep(20), 'aborted'", [], { signal: abort.signal })
    const failed = rejection(running)
    await untilRunning('aborted', 1)
    abort.abort(reason)
    expect(await failed).toBe(reason)
    await untilRunning('aborted', 0)
    expect(() => client.unsafe('select 1', [], { signal: 5 as never })).toThrow('an AbortSignal')
  })

  it('leaves nothing on its signal once it is done', async () => {
    const { signal } = new AbortController()
    await client.unsafe('select 1', [], { signal })
    await failure(client.unsafe('select nothing', [], { signal }))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('undoes the transaction in which it is given up', async () => {
    await client.unsafe('create table given_up (n int)')
    const abort = new AbortController()
    const work = client.begin(async (tx) => {
      await tx.unsafe('insert into given_up values (1)')
      await tx.unsafe("select pg_sleep(20), 'in transaction'", [], { signal: abort.signal })
    })
    const failed = rejection(work)
    await untilRunning('in transaction', 1)
    abort.abort()
    expect(await failed).toBe(abort.signal.reason)
    expect(await client.unsafe('select n from given_up')).toHaveLength(0)
  })

  it('ends when the client of its request leaves', async () => {
    const app = createApp()
    app.get('/', (ctx) => client.unsafe("select pg_sleep(20), 'left'", [], { signal: ctx.signal }))
    try {
      const { url } = await app.listen({ port: 0, host: '127.0.0.1' })
      const leave = new AbortController()
      const left = rejection(fetch(url, { signal: leave.signal }))
      await untilRunning('left', 1)
      leave.abort()
      await left
      await untilRunning('left', 0)
    } finally {
      await app.close()
    }
  })

  it('keeps the asynchronous context of who awaits it', async () => {
    const context = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      [1, 2, 3].map((at) =>
        context.run(at, async () => {
          await client.unsafe('select $1::int', [at])
          return context.getStore()
        }),
      ),
    )
    expect(seen).toEqual([1, 2, 3])
  })
})

describe('a failure', () => {
  it('tells what PostgreSQL tells, the statement and where it was made, but no parameters', async () => {
    await client.unsafe('create table people (name text constraint people_name unique, age int not null)')
    await client.unsafe('insert into people values ($1, $2)', ['Ada', 36])
    const sql = 'insert into people values ($1, $2)'
    const error = await failure(client.unsafe(sql, ['Ada', 99]))
    expect(error).toMatchObject({
      name: 'PostgresError',
      code: '23505',
      severity: 'ERROR',
      constraint: 'people_name',
      constraint_name: 'people_name',
      table: 'people',
      table_name: 'people',
      schema: 'public',
      query: sql,
    })
    expect(error.stack).toMatch(/^PostgresError: duplicate key[^\n]*\n +at [\s\S]*client\.test\.ts/)
    expect(JSON.stringify(error) + error.stack).not.toContain('99')
    expect((await failure(client.unsafe('insert into people values ($1)', ['x']))).column).toBe('age')
    expect((await failure(client.unsafe('select nothing'))).position).toBe('8')
  })

  it('is told of parameters that cannot be sent', async () => {
    expect(await failure(client.unsafe('select $1, $2', [1, undefined]))).toMatchObject({
      code: 'UNDEFINED_VALUE',
      message: 'Parameter $2 is undefined. Pass null for no value.',
    })
  })

  it('is told when there is no database', async () => {
    const nobody = native('postgres://a:b@127.0.0.1:1/c')
    expect((await failure(nobody.unsafe('select 1'))).code).toBe('CONNECT_FAILED')
    expect((await failure(nobody.begin(async () => 1))).code).toBe('CONNECT_FAILED')
    await nobody.end()
    const stranger = native(server.url.replace('secret', 'wrong'))
    expect((await failure(stranger.unsafe('select 1'))).code).toBe('28P01')
    await stranger.end()
  })

  it('is told of what the package postgres has and this client does not', async () => {
    const own = client as unknown as Record<string, () => void> & (() => void)
    expect(() => own.reserve?.()).toThrow('The native client does not have reserve(). Use unsafe(sql, parameters)')
    expect(() => own()).toThrow('The native client does not have a template.')
  })
})

describe('a transaction', () => {
  it('refuses modes that are none', async () => {
    expect((await failure(client.begin('read only; drop table people', async () => 1))).code).toBe('INVALID_PARAMETER')
    expect((await failure(client.begin('nonsense', async () => 1))).code).toBe('42601')
  })

  it('fails when a statement fails that nobody waits for', async () => {
    await client.unsafe('create table forgotten (a int primary key)')
    const error = await failure(
      client.begin(async (tx) => {
        await tx.unsafe('insert into forgotten values (1)')
        void tx.unsafe('insert into forgotten select 1 from pg_sleep(0.1)').catch(() => undefined)
        return 'done'
      }),
    )
    expect(error.code).toBe('23505')
    expect([...(await client.unsafe('select * from forgotten'))]).toEqual([])
  })

  it('takes no statements when it is over', async () => {
    const late = await client.begin(async (tx) => ({ tx }))
    expect((await failure(late.tx.unsafe('select 1'))).code).toBe('TRANSACTION_OVER')
  })

  it('goes on after a savepoint that failed', async () => {
    const value = await client.begin(async (tx) => {
      await tx.unsafe('create temp table kept (a int) on commit drop')
      await tx.unsafe('insert into kept values (1)')
      const caught = await failure(
        tx.savepoint('in"ner', async (inner) => {
          await inner.unsafe('insert into kept values (2)')
          await inner.unsafe('select 1 / 0')
        }),
      )
      return [caught.code, [...(await tx.unsafe('select a from kept'))]]
    })
    expect(value).toEqual(['22012', [{ a: 1 }]])
  })

  it('gives its connection back, whatever happens in it', async () => {
    for (let round = 0; round < 20; round += 1) {
      await client.begin(() => Promise.reject(new Error('no'))).catch(() => undefined)
      await client.begin((tx) => tx.unsafe('select 1 / $1::int', [round % 2])).catch(() => undefined)
    }
    const [row] = await client.unsafe(`select count(*)::int as n from pg_stat_activity where state like 'idle in%'`)
    expect(row).toEqual({ n: 0 })
  })
})

describe('a client', () => {
  it('ends when its statements are done, and takes no more', async () => {
    const own = native(server.url)
    const running = own.unsafe('select 1 as a from pg_sleep(0.2)').then((rows) => [...rows])
    await Promise.all([own.end(), own.end()])
    expect(await running).toEqual([{ a: 1 }])
    expect((await failure(own.unsafe('select 1'))).code).toBe('POOL_CLOSED')
    expect((await failure(own.begin(async () => 1))).code).toBe('POOL_CLOSED')
  })

  it('ends statements that take longer than it waits', async () => {
    const own = native(server.url)
    const failed = failure(own.unsafe('select pg_sleep(20)'))
    await own.end({ timeout: 0.1 })
    expect((await failed).code).toBe('POOL_CLOSED')
  })

  it('fails a transaction that it is ended in', async () => {
    const own = native(server.url)
    const error = await failure(
      own.begin(async (tx) => {
        await tx.unsafe('select 1')
        await own.end({ timeout: 0 })
        await tx.unsafe('select 2')
      }),
    )
    expect(error.code).toBe('POOL_CLOSED')
  })

  it('gives each of many statements its own answer, failed ones and transactions among them', async () => {
    const own = native(server.url, { max: 3 })
    const asked = Array.from({ length: 600 }, async (_, at) => {
      if (at % 7 === 0) return (await failure(own.unsafe('select 1 / ($1::int - $1::int)', [at]))).code
      if (at % 11 === 0) return own.begin(async (tx) => (await tx.unsafe('select $1::int as at', [at]))[0]?.at)
      if (at % 13 === 0) return (await own.unsafe(`select 'a;b', ${at} as at`))[0]?.at
      return (await own.unsafe(`select $1::int as at, repeat('x', $1) as x`, [at]))[0]?.at
    })
    expect(await Promise.all(asked)).toEqual(asked.map((_, at) => (at % 7 === 0 ? '22012' : at)))
    await own.end()
  }, 60_000)

  it('connects again when its connections were ended', async () => {
    const own = native(server.url, { max: 1 })
    const [{ pid } = {}] = await own.unsafe('select pg_backend_pid() as pid')
    const running = failure(own.unsafe('select pg_sleep(20)'))
    await client.unsafe('select pg_terminate_backend($1)', [pid])
    expect((await running).code).toBe('57P01')
    expect([...(await own.unsafe('select 1 as a'))]).toEqual([{ a: 1 }])
    const lost = failure(
      own.begin(async (tx) => {
        const [{ pid } = {}] = await tx.unsafe('select pg_backend_pid() as pid')
        await client.unsafe('select pg_terminate_backend($1)', [pid])
        await tx.unsafe('select 1')
      }),
    )
    expect((await lost).code).toMatch(/^(?:57P01|CONNECTION_LOST)$/)
    expect([...(await own.begin((tx) => tx.unsafe('select 1 as a')))]).toEqual([{ a: 1 }])
    await own.end()
  })

  it('can be ended without ever having been used', async () => {
    await native(server.url).end()
  })

  it('refuses more statements than may wait', async () => {
    const own = native(server.url, { max: 1, queue: 1 })
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => own.unsafe('select pg_sleep(0.02)')))
    const codes = new Set(outcomes.map((it) => (it.status === 'rejected' ? (it.reason as PostgresError).code : 'done')))
    expect(codes).toEqual(new Set(['done', 'POOL_FULL']))
    await own.end({ timeout: 0 })
  })

  it.each([
    [{ maximum: 3 }, "unknown option 'maximum'", 'known options: max, queue'],
    [{ max: 0 }, "option 'max' is 0", 'a whole number from 1'],
    [{ prepare: 'no' }, `option 'prepare' is "no"`, 'true or false'],
    [{ idleTimeout: 2 ** 31 }, "option 'idleTimeout'", 'a whole number from 0 to 2147483647'],
  ])('refuses the options %j', (options, what, why) => {
    expect(() => native(server.url, options as object)).toThrow(what)
    expect(() => native(server.url, options as object)).toThrow(why)
  })

  it('refuses connection strings that are none, without telling them', async () => {
    expect(() => native('mysql://a:secret@b/c')).toThrow('does not begin with postgres://')
    expect(() => native('secret')).not.toThrow('secret')
    await expect(native('postgres://a:b@c/d?sslmod=require').unsafe('select 1')).rejects.toMatchObject({
      code: 'invalid-database-url',
      message: expect.stringContaining('sslmod'),
    })
  })

  it('has the array types of PostgreSQL as the server has them', async () => {
    const rows = await client
      .unsafe(
        `select a.oid, e.oid, e.typdelim from pg_type a join pg_type e on e.typarray = a.oid
         where a.typcategory = 'A' and a.oid < 10000 order by a.oid`,
      )
      .values()
    const known = [...builtinArrays].map(([array, { element, delimiter }]) => [array, element, delimiter])
    expect(known).toEqual([...rows])
  })
})

describe('a process', () => {
  const program = (body: string): string[] => [
    '--input-type=module',
    '-e',
    `import { native } from '@bolt-app/core/postgres'; ${body}`,
  ]
  const env = (more: object = {}) => ({ ...process.env, URL: server.url, BOLT_CORE: 'native', ...more })

  it('ends by itself when its statements are done', async () => {
    const body = `const c = native(process.env.URL); const [r] = await c.unsafe('select 1 as a'); await c.begin((t) => t.unsafe('select 2')); console.log(r.a)`
    const { stdout } = await run(process.execPath, program(body), { env: env(), timeout: 10_000 })
    expect(stdout).toBe('1\n')
  })

  it('ends when a client of a worker thread is ended with it', async () => {
    const inner = `const { native } = await import('@bolt-app/core/postgres'); await native(process.env.URL).unsafe('select 1'); process.exit(0)`
    const body = `import { Worker } from 'node:worker_threads'; new Worker(\`(async () => { ${inner} })()\`, { eval: true }).on('exit', (code) => console.log('exit', code)); void native`
    const { stdout } = await run(process.execPath, program(body), { env: env(), timeout: 10_000 })
    expect(stdout).toBe('exit 0\n')
  })

  it('waits for a statement on its way', async () => {
    const body = `native(process.env.URL).unsafe("select 'late' as a from pg_sleep(0.3)").then(([r]) => console.log(r.a))`
    const { stdout } = await run(process.execPath, program(body), { env: env(), timeout: 10_000 })
    expect(stdout).toBe('late\n')
  })

  it('without the native engine is told which package to use', async () => {
    const body = `
      const { hasNative } = await import('@bolt-app/core/postgres')
      try { native(process.env.URL) } catch (e) { console.log(hasNative(), e.code, e.message) }`
    const { stdout, stderr } = await run(process.execPath, program(body), { env: env({ BOLT_CORE: 'fallback' }) })
    expect(stdout).toMatch(/^false /)
    expect(stdout).toContain('postgres-unavailable')
    expect(stdout).toContain("use the package 'postgres' here")
    expect(stderr).toBe('')
  })
})
