import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { createApp, type StatementMessage } from '@bolt-app/core'
import { param, query } from '@bolt-app/core/drizzle'
import { native as postgres } from '@bolt-app/core/postgres'
import { native as sqlite } from '@bolt-app/core/sqlite'
import { type SQL, sql } from 'drizzle-orm'
import { drizzle as overLibsql } from 'drizzle-orm/libsql'
import { drizzle as overPostgres } from 'drizzle-orm/postgres-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { parseMetrics, sampleOf } from '../prometheus-format.ts'
import { newFile } from '../sqlite/database.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SECRET = "o'brien"

let server: TestPostgres
let file: ReturnType<typeof newFile>

beforeAll(async () => {
  server = await startPostgres()
  file = newFile()
}, 60_000)

afterAll(async () => {
  await server?.stop()
  file?.remove()
})

/** What both clients are used for here. */
interface Used {
  database: string
  select(columns: Record<string, SQL>): { from(table: SQL): unknown }
  send(text: string): Promise<unknown>
  end(): unknown
  /** Takes at least 40 ms. */
  slow: SQL
  divisionByZero: string
}

const databases: Array<[string, () => Used]> = [
  [
    'postgresql',
    () => {
      const client = postgres(server.url, { max: 2 })
      return {
        database: 'postgres',
        select: (columns) => overPostgres(client).select(columns) as never,
        send: (text) => client.unsafe(text),
        end: () => client.end(),
        slow: sql`pg_sleep(0.05)`,
        divisionByZero: 'select 1/0 as broken',
      }
    },
  ],
  [
    'sqlite',
    () => {
      const client = sqlite(file.url)
      return {
        database: 'a b%é.db',
        select: (columns) => overLibsql({ client }).select(columns) as never,
        send: (text) => client.execute(text),
        end: () => client.close(),
        slow: sql`(with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select max(i) from n)`,
        divisionByZero: 'select nothing as broken',
      }
    },
  ],
]

const one = sql`(select 1) one`
const options = { query: z.object({ name: z.string() }) }
const quiet = { info() {}, warn() {}, error() {} }

describe.each(databases)('statements of %s', (system, open) => {
  it('are counted by their texts without values, with the connections, for who asks for metrics', async () => {
    const used = open()
    const app = createApp({ metrics: true, logger: quiet })
    app.get(
      '/native',
      options,
      query.one(used.select({ counted: sql`${param.query('name')} || ''` }).from(one) as never),
    )
    app.get('/handler', async () => used.send(`select '${SECRET.replace("'", "''")}' as handled, 12.5 as price`))
    app.get('/broken', async () => used.send(used.divisionByZero).then(String, () => 'failed'))
    for (const url of ['/native?name=a', '/native?name=b', '/handler', '/broken']) {
      expect((await app.inject({ url })).status).toBe(200)
    }
    const text = await app.metrics()
    const samples = parseMetrics(text)
    const labels = { system, database: used.database }
    const total = (part: string, outcome: string): number => {
      const found = samples.filter(
        ({ name, labels }) =>
          name === 'bolt_database_statements_total' && labels.outcome === outcome && labels.statement?.includes(part),
      )
      expect(found).toHaveLength(1)
      return found[0]?.value ?? Number.NaN
    }
    expect(total('|| ?', 'done')).toBe(2)
    expect(total('select ? as handled, ? as price', 'done')).toBe(1)
    expect(total('as broken', 'failed')).toBe(1)
    const statement = 'select ? as handled, ? as price'
    expect(sampleOf(samples, 'bolt_database_statement_duration_seconds_count', { ...labels, statement })).toBe(1)
    expect(sampleOf(samples, 'bolt_database_wait_seconds_count', labels)).toBe(4)
    expect(sampleOf(samples, 'bolt_database_failures_total', labels)).toBe(1)
    expect(sampleOf(samples, 'bolt_database_waiting', labels)).toBe(0)
    expect(sampleOf(samples, 'bolt_database_connections', { ...labels, state: 'used' })).toBe(0)
    expect(sampleOf(samples, 'bolt_database_connections_max', labels)).toBeGreaterThan(1)
    expect(sampleOf(samples, 'bolt_database_connections_total', labels)).toBeGreaterThan(0)
    expect(text).not.toContain('brien')
    expect(text).not.toContain('12.5')
    await app.close()
    await used.end()
  })

  it('are still counted once their client is ended', async () => {
    const used = open()
    const app = createApp({ metrics: true, logger: quiet })
    await app.inject({ url: '/none' })
    await used.send('select 1 as before_the_end')
    await used.end()
    const samples = parseMetrics(await app.metrics())
    const statement = 'select ? as before_the_end'
    expect(sampleOf(samples, 'bolt_database_statements_total', { system, statement, outcome: 'done' })).toBe(1)
    expect(sampleOf(samples, 'bolt_database_connections', { system, state: 'idle' })).toBe(0)
    await app.close()
  })

  it('give a line when they are slow, with the request for which Rust sent them, and without values', async () => {
    const used = open()
    const lines: Array<Record<string, unknown>> = []
    const warn = (fields: object, message?: string): void => {
      if (message === 'slow statement') lines.push({ ...fields })
    }
    const app = createApp({ slowStatements: 40, logger: { ...quiet, warn } })
    const columns = { slow: used.slow, name: sql`${param.query('name')} || ''` }
    app.get('/slow', options, query.one(used.select(columns).from(one) as never))
    app.get('/quick', options, query.one(used.select({ quick: sql`${param.query('name')} || ''` }).from(one) as never))
    await app.inject({ url: `/quick?name=${SECRET}` })
    const url = `/slow?name=${SECRET}`
    const { headers } = await app.inject({ url, headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` } })
    await expect.poll(() => lines.length).toBe(1)
    const [line] = lines
    expect(line).toMatchObject({ database: used.database, route: 'GET /slow', traceId: TRACE })
    expect(line?.requestId).toBe(headers.get('x-request-id'))
    expect(line?.ms).toBeGreaterThanOrEqual(40)
    expect(line?.waitedMs).toBeLessThan(line?.ms as number)
    expect(JSON.stringify(lines)).not.toContain('brien')
    await app.close()
    await used.end()
  })

  it('are events: those of a handler where it sends them, those of Rust with the trace of the request', async () => {
    const used = open()
    const storage = new AsyncLocalStorage<string>()
    const seen: Array<{ event: string; at: string | undefined; message: StatementMessage }> = []
    const listen = (event: string) => {
      const onMessage = (message: unknown): void => {
        seen.push({ event, at: storage.getStore(), message: { ...(message as StatementMessage) } })
      }
      diagnostics.subscribe(`bolt:statement:${event}`, onMessage)
      return () => diagnostics.unsubscribe(`bolt:statement:${event}`, onMessage)
    }
    const stop = [listen('start'), listen('finish')]
    const app = createApp({ logger: quiet })
    app.get('/native', options, query.one(used.select({ seen: sql`${param.query('name')} || ''` }).from(one) as never))
    app.get('/handler', () => storage.run('handler', () => used.send("select 'x' as sent").then(() => 'sent')))
    app.get('/broken', () => used.send(used.divisionByZero).then(String, () => 'failed'))
    await app.inject({ url: '/handler' })
    await app.inject({ url: '/broken' })
    expect(seen.map(({ event, message }) => [event, message.text.slice(-9)])).toEqual([
      ['start', '? as sent'],
      ['finish', '? as sent'],
      ['start', 'as broken'],
      ['finish', 'as broken'],
    ])
    expect(seen[0]).toMatchObject({ at: 'handler', message: { system, database: used.database } })
    expect(seen[1]?.message.duration).toBeGreaterThan(0)
    expect(seen[3]?.message.error).toMatch(/^(22012|SQLITE_ERROR)$/)
    seen.length = 0
    const before = Date.now()
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: 'a=b' }
    const answer = await app.inject({ url: `/native?name=${SECRET}`, headers })
    await expect.poll(() => seen.length).toBe(1)
    const [{ event, message }] = seen as [(typeof seen)[0]]
    expect(event).toBe('finish')
    expect(message.request).toEqual({
      route: 'GET /native',
      id: answer.headers.get('x-request-id'),
      trace: { traceId: TRACE, parentId: '00f067aa0ba902b7', sampled: true, state: 'a=b' },
    })
    expect(message.startTime).toBeGreaterThan(before - 1_000)
    expect(message.duration).toBeLessThan(10_000)
    expect(JSON.stringify(message)).not.toContain('brien')
    for (const end of stop) end()
    await app.close()
    await used.end()
  })
})
