import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createApp } from '@bolt-app/core'
import { query } from '@bolt-app/core/drizzle'
import { native } from '@bolt-app/core/postgres'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'

let server: TestPostgres
let admin: ReturnType<typeof postgres>
let names = 0

beforeAll(async () => {
  server = await startPostgres()
  admin = postgres(server.url, { max: 1 })
}, 60_000)

afterAll(async () => {
  await admin?.end()
  await server?.stop()
})

/** A client with a name of its own, and a way to count its connections. */
function open() {
  names += 1
  const applicationName = `client ${names}`
  const client = native(server.url, { max: 1, applicationName })
  const connections = async (): Promise<number> => {
    const [row] =
      await admin`select count(*)::int as n from pg_stat_activity where application_name = ${applicationName}`
    return row?.n
  }
  return { client, db: drizzle(client), connections }
}

function appOf(db: ReturnType<typeof open>['db']) {
  const app = createApp()
  app.get('/', query.one(db.select({ n: sql<number>`1` }).from(sql`(select 1) one`)))
  const ask = async (): Promise<unknown> => (await app.inject({ url: '/' })).json()
  return { app, ask }
}

describe('the pool of a client', () => {
  it('is on the server of an application that runs its queries, and alone', async () => {
    const { client, db, connections } = open()
    await client.unsafe('select 1')
    const { app, ask } = appOf(db)
    expect(await ask()).toEqual({ n: 1 })
    await client.unsafe('select 1')
    await expect.poll(connections).toBe(1)
    await app.close()
    await expect.poll(connections).toBe(0)
    await client.end()
  })

  it('is its own again when the application is closed', async () => {
    const { client, db, connections } = open()
    const { app, ask } = appOf(db)
    await ask()
    await app.close()
    expect(await client.unsafe('select 2 as n').values()).toEqual([[2]])
    await client.end()
    await expect.poll(connections).toBe(0)
  })

  it('keeps transactions where they began', async () => {
    const { client, db, connections } = open()
    const { app, ask } = appOf(db)
    const backends: unknown[] = []
    const backend = async (tx: Pick<typeof client, 'unsafe'>): Promise<void> => {
      backends.push(...(await tx.unsafe('select pg_backend_pid()').values()).flat())
    }
    await client.begin(async (tx) => {
      await backend(tx)
      expect(await ask()).toEqual({ n: 1 })
      await backend(tx)
      // Both pools: a connection of the transaction, and one of the application.
      expect(await connections()).toBe(2)
    })
    await expect.poll(connections).toBe(1)
    const closed = client.begin(async (tx) => {
      await backend(tx)
      const closing = app.close()
      await new Promise((done) => setTimeout(done, 100))
      await backend(tx)
      return [closing]
    })
    await closed
    expect(backends[1]).toBe(backends[0])
    expect(backends[3]).toBe(backends[2])
    await client.end()
  })

  it('is on each of several servers, and leaves the others when one closes', async () => {
    const { client, db } = open()
    const [first, second] = [appOf(db), appOf(db)]
    expect([await first.ask(), await second.ask()]).toEqual([{ n: 1 }, { n: 1 }])
    await second.app.close()
    expect(await first.ask()).toEqual({ n: 1 })
    expect(await client.unsafe('select 2 as n').values()).toEqual([[2]])
    await first.app.close()
    expect(await client.unsafe('select 2 as n').values()).toEqual([[2]])
    await client.end()
  })

  it('is closed for routes as well when the client is ended', async () => {
    const { client, db } = open()
    const { app, ask } = appOf(db)
    await ask()
    await client.end()
    expect(await ask()).toMatchObject({ status: 503, code: 'database-unavailable' })
    await expect(client.unsafe('select 1')).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    await app.close()
  })

  it('may be ended when the application shuts down', async () => {
    const { client, db, connections } = open()
    const { app, ask } = appOf(db)
    app.onShutdown(() => client.end())
    await ask()
    await app.close()
    await expect.poll(connections).toBe(0)
  })

  it('stops the start with an address that is not understood', async () => {
    const { app } = appOf(drizzle(native('postgres://me@127.0.0.1/x?sslmode=perhaps')))
    for (const _ of [1, 2]) {
      await expect(app.inject({ url: '/' })).rejects.toMatchObject({
        code: 'invalid-database-url',
        message: expect.stringContaining('sslmode'),
      })
    }
  })

  it('keeps no process alive that has closed its application', async () => {
    const file = join(import.meta.dirname, `exits-${process.pid}.mjs`)
    await writeFile(
      file,
      `import { createApp } from '@bolt-app/core'
      import { query } from '@bolt-app/core/drizzle'
      import { native } from '@bolt-app/core/postgres'
      import { sql } from 'drizzle-orm'
      import { drizzle } from 'drizzle-orm/postgres-js'
      const db = drizzle(native(${JSON.stringify(server.url)}))
      const app = createApp()
      app.get('/', query.one(db.select({ n: sql\`1\` }).from(sql\`(select 1) one\`)))
      const { url } = await app.listen({ port: 0 })
      const answer = await fetch(url, { headers: { connection: 'close' } })
      console.log(await answer.text(), app.stats().javascriptCalls)
      await app.close()`,
    )
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 10_000 })
      expect(stdout).toBe('{"n":1} 0\n')
    } finally {
      await rm(file)
    }
  })
})
