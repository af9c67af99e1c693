import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { createApp } from '@bolt-app/core'
import { param, query } from '@bolt-app/core/drizzle'
import { type NativeClient, native } from '@bolt-app/core/sqlite'
import { count, eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { newFile } from './database.ts'
import { authors, ddl } from './schema.ts'

const clean: Array<() => unknown> = []

afterEach(async () => {
  for (const close of clean.splice(0).reverse()) await close()
})

function file() {
  const made = newFile()
  clean.push(() => made.remove())
  return made
}

async function open(url = file().url, options = {}): Promise<NativeClient> {
  const client = native(url, options)
  clean.push(() => client.end())
  return client
}

/** Counts to a number, which takes about a second for ten million. */
const counting = (most: number): string =>
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${most}) select count(*) c from n`

/** A process that has the lock for writing until it is told otherwise. */
async function locker(path: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('locker.mjs', import.meta.url)), [path])
  clean.push(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

describe('statements that take long', () => {
  it('let quick ones, and requests, go first', async () => {
    const client = await open()
    await client.executeMultiple(ddl)
    const app = createApp()
    clean.push(() => app.close())
    const db = drizzle({ client })
    app.get('/', query(db.select().from(authors)))
    const slow = [counting(3_000_000), `${counting(3_000_000)} `].map((sql) => client.execute(sql))
    const times: number[] = []
    for (let left = 50; left > 0; left -= 1) {
      const since = performance.now()
      await client.execute('select 1')
      expect((await app.inject({ url: '/' })).status).toBe(200)
      times.push(performance.now() - since)
    }
    // The first run of each is what the loop gives a statement: 5 ms.
    const p90 = times.sort((a, b) => a - b)[44] as number
    expect(p90).toBeLessThan(50)
    for (const { rows } of await Promise.all(slow)) expect(rows).toMatchObject([{ c: 3_000_000 }])
  })

  it('are stopped by statementTimeout, and their transaction is undone', async () => {
    const client = await open(undefined, { statementTimeout: 50 })
    await expect(client.execute(counting(1_000_000_000))).rejects.toThrow('after 50 ms (statementTimeout)')
    await client.execute('create table t (a)')
    await expect(client.execute(`insert into t ${counting(1_000_000_000)}`)).rejects.toMatchObject({
      code: 'SQLITE_INTERRUPT',
    })
    expect((await client.execute('select count(*) n from t')).rows).toMatchObject([{ n: 0 }])
  })

  it('are stopped when the client of their request leaves', async () => {
    const client = await open()
    const app = createApp()
    clean.push(() => app.close())
    const db = drizzle({ client })
    app.get('/slow', query(db.select({ c: sql`(${sql.raw(counting(2_000_000_000))})` }).from(sql`(select 1) one`)))
    const { port } = await app.listen({ port: 0 })
    const leaving = new AbortController()
    const asked = fetch(`http://127.0.0.1:${port}/slow`, { signal: leaving.signal })
    await vi.waitFor(() => expect(app.stats().queries).toBe(1))
    leaving.abort()
    await expect(asked).rejects.toThrow()
    // With one reader this waits for the one that was stopped.
    const since = performance.now()
    await app.close()
    expect(performance.now() - since).toBeLessThan(5_000)
  })
})

describe('the connection that writes', () => {
  it('is had by one transaction, for which others wait no longer than waitTimeout', async () => {
    const client = await open(undefined, { waitTimeout: 100 })
    await client.execute('create table t (a)')
    const transaction = await client.transaction()
    await expect(client.execute('insert into t values (1)')).rejects.toMatchObject({ code: 'POOL_TIMEOUT' })
    await expect(client.transaction()).rejects.toMatchObject({ code: 'POOL_TIMEOUT' })
    await transaction.execute('insert into t values (2)')
    await transaction.commit()
    expect((await client.execute('insert into t values (3)')).rowsAffected).toBe(1)
  })

  it('has a queue of which more than `queue` are refused', async () => {
    const client = await open(undefined, { queue: 3 })
    await client.execute('create table t (a)')
    const transaction = await client.transaction()
    const waiting = Array.from({ length: 5 }, (_, at) =>
      client.execute({ sql: 'insert into t values (?)', args: [at] }).then(
        () => 'done',
        ({ code }: { code: string }) => code,
      ),
    )
    await vi.waitFor(async () => expect(await Promise.race([waiting[4], 'pending'])).toBe('POOL_FULL'))
    await transaction.rollback()
    expect(await Promise.all(waiting)).toEqual(['done', 'done', 'done', 'POOL_FULL', 'POOL_FULL'])
  })

  it('waits for a file that another process has locked, and tells when it has waited too long', async () => {
    const { path, url } = file()
    const client = await open(url, { busyTimeout: 200 })
    await client.execute('create table t (a)')
    const child = await locker(path)
    expect((await client.execute('select count(*) n from t')).rows).toMatchObject([{ n: 0 }])
    await expect(client.execute('insert into t values (1)')).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
    const patient = await open(url)
    const waiting = patient.execute('insert into t values (2)')
    child.send('commit')
    expect((await waiting).rowsAffected).toBe(1)
    expect((await client.execute('select count(*) n from t')).rows).toMatchObject([{ n: 2 }])
  })

  it('survives a process that is killed with an open transaction', async () => {
    const { path, url } = file()
    const client = await open(url)
    await client.execute('create table t (a)')
    const child = await locker(path)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await client.execute('insert into t values (1)')).rowsAffected).toBe(1)
    expect((await client.execute('select count(*) n from t')).rows).toMatchObject([{ n: 1 }])
  })
})

describe('the end', () => {
  it('waits for what was asked, refuses what comes later, and leaves one file', async () => {
    const { readdir } = await import('node:fs/promises')
    const { url, path } = file()
    const client = native(url)
    await client.execute('create table t (a)')
    const [insert, slow] = [client.execute('insert into t values (1)'), client.execute(counting(1_000_000))]
    const end = client.end()
    await expect(client.execute('select 1')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    await end
    expect([(await insert).rowsAffected, (await slow).rows.length]).toEqual([1, 1])
    const { dirname, basename } = await import('node:path')
    expect(await readdir(dirname(path))).toEqual([basename(path)])
  })

  it('undoes a transaction that is open, whose statements then fail', async () => {
    const { url } = file()
    const client = native(url)
    await client.execute('create table t (a)')
    const transaction = await client.transaction()
    await transaction.execute('insert into t values (1)')
    await client.end()
    await expect(transaction.execute('select 1')).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    transaction.close()
    expect((await (await open(url)).execute('select count(*) n from t')).rows).toMatchObject([{ n: 0 }])
  })

  it('of an application leaves the client as it was, in memory too', async () => {
    for (const url of [file().url, ':memory:']) {
      const client = await open(url)
      const db = drizzle({ client })
      await client.executeMultiple(`${ddl} insert into authors (name) values ('Ada')`)
      const byName = query.one(
        db
          .select({ n: count() })
          .from(authors)
          .where(eq(authors.name, param.path('name'))),
      )
      for (let times = 0; times < 3; times += 1) {
        const app = createApp()
        app.get('/:name', byName)
        expect((await app.inject({ url: '/Ada' })).json()).toEqual({ n: 1 })
        await client.execute(`insert into authors (name) values ('${times}')`)
        await app.close()
      }
      expect((await client.execute('select count(*) n from authors')).rows).toMatchObject([{ n: 4 }])
    }
  })

  it('of a worker with a statement that runs harms nobody', async () => {
    const { url } = file()
    for (let times = 0; times < 3; times += 1) {
      const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { url, sql: counting(1e12) } })
      await once(worker, 'message')
      expect(await worker.terminate()).toBe(1)
    }
    const client = await open(url)
    expect((await client.execute('insert into t values (1)')).rowsAffected).toBe(1)
  })
})

it('keeps no connection, thread or memory of a client that was ended', async () => {
  const { readdir } = await import('node:fs/promises')
  const descriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length
  const threads = async (): Promise<number> => (await readdir('/proc/self/task')).length
  const { url } = file()
  const once = async (): Promise<void> => {
    const client = native(url)
    await client.execute('create table if not exists t (a)')
    await client.execute('select * from t')
    await client.end()
  }
  if (process.platform !== 'linux') return once()
  await once()
  const before = [await descriptors(), await threads()]
  for (let times = 0; times < 50; times += 1) await once()
  await vi.waitFor(async () => {
    expect(await descriptors()).toBeLessThanOrEqual((before[0] as number) + 5)
    expect(await threads()).toBeLessThanOrEqual((before[1] as number) + 1)
  })
})

it('answers every request of two applications with its own row, while others write', async () => {
  const { url } = file()
  const client = await open(url)
  await client.execute('create table t (id integer primary key, v text not null)')
  const db = drizzle({ client })
  const { sqliteTable, integer, text } = await import('drizzle-orm/sqlite-core')
  const t = sqliteTable('t', { id: integer().primaryKey(), v: text().notNull() })
  await client.batch(
    Array.from({ length: 100 }, (_, at) => ({ sql: 'insert into t values (?, ?)', args: [at, `v${at}`] })),
    'write',
  )
  const other = drizzle({ client: await open(url) })
  const apps = [db, other].map((db) => {
    const app = createApp()
    clean.push(() => app.close())
    const id = { params: z.object({ id: z.int() }) }
    app.get(
      '/:id',
      id,
      query.one(
        db
          .select()
          .from(t)
          .where(eq(t.id, param.path('id'))),
      ),
    )
    app.put(
      '/:id',
      id,
      query.one(
        db
          .update(t)
          .set({ v: sql`'v' || ${param.path('id')}` })
          .where(eq(t.id, param.path('id')))
          .returning({ id: t.id }),
      ),
    )
    return app
  })
  const ask = async (at: number): Promise<void> => {
    const app = apps[at % 2] as (typeof apps)[number]
    const id = (at * 7) % 100
    if (at % 10 === 0) {
      expect((await app.inject({ method: 'PUT', url: `/${id}` })).json()).toEqual({ id })
    } else {
      const { id: told, v } = (await app.inject({ url: `/${id}` })).json() as { id: number; v: string }
      expect([told, Number(v.slice(1))]).toEqual([id, id])
    }
  }
  for (let from = 0; from < 5_000; from += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, at) => ask(from + at)))
  }
}, 60_000)
