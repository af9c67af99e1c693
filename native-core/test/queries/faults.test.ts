import { readdirSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { createApp } from '@bolt-app/core'
import { param, query } from '@bolt-app/core/drizzle'
import { native } from '@bolt-app/core/postgres'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'

/** Many, and by `npm run test:all` as many as a busy minute has. */
const REQUESTS = process.env.BOLT_TEST_ALL === '1' ? 100_000 : 6_000
const AT_ONCE = 64
/** What a run may keep beyond its first third: allocators do not give everything back at once. */
const SLACK = 48 * 1024 * 1024

let server: TestPostgres

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)

afterAll(() => server?.stop())

it.each(['loop', 'thread'] as const)(
  'gives each request its own row or a stated error, in the %s',
  async (io) => {
    const client = native(server.url, { max: 3, waitTimeout: 5_000, connectTimeout: 5_000 })
    const db = drizzle(client)
    const one = sql`(select 1) one`
    const id = () => sql<number>`${param.query('id')}::int`
    const app = createApp({ logger: { info() {}, warn() {}, error() {} } })
    const options = { query: z.object({ id: z.int() }) }
    app.get('/echo', options, query.one(db.select({ id: id() }).from(one)))
    app.get('/slow', options, query.one(db.select({ id: id(), slept: sql`pg_sleep(0.03)` }).from(one)))
    app.get('/fails', options, query.one(db.select({ id: sql`1 / (${id()} - ${id()})` }).from(one)))
    const { url } = await app.listen({ port: 0, host: '127.0.0.1', io })
    const admin = postgres(server.url, { max: 1, onnotice: () => undefined })
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

    const counts = { right: 0, refused: 0, aborted: 0, unavailable: 0 }
    let next = 0
    let early = 0
    const ask = async (): Promise<void> => {
      while (next < REQUESTS) {
        const at = next++
        if (at === Math.floor(REQUESTS / 3)) early = process.memoryUsage.rss()
        const path = at % 50 === 7 ? '/slow' : at % 20 === 3 ? '/fails' : '/echo'
        const answer = await fetchOne(`${url}${path}?id=${at}`, agent, at % 31 === 5)
        if (answer === 'aborted') counts.aborted += 1
        else if (answer.status === 200 && path !== '/fails') {
          expect(JSON.parse(answer.body).id).toBe(at)
          counts.right += 1
        } else if (answer.status === 422 && path === '/fails') counts.refused += 1
        else {
          expect([answer.status, JSON.parse(answer.body).code]).toEqual([503, 'database-unavailable'])
          counts.unavailable += 1
        }
      }
    }
    let isOver = false
    const kill = async (): Promise<void> => {
      while (!isOver) {
        await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bolt' order by random() limit 1`
        await admin`select pg_sleep(0.15)`
      }
    }
    const killing = kill()
    await Promise.all(Array.from({ length: AT_ONCE }, ask))
    isOver = true
    await killing

    expect(counts.right).toBeGreaterThan(REQUESTS * 0.6)
    expect(counts.right + counts.refused + counts.aborted + counts.unavailable).toBe(REQUESTS)
    expect(counts.refused).toBeGreaterThan(0)
    expect(counts.aborted).toBeGreaterThan(0)
    expect(app.stats().javascriptCalls).toBe(0)
    // A client that gave up at the very end may not have been noticed yet.
    await expect.poll(() => app.stats().inFlight).toBe(0)
    const [{ count } = { count: 0 }] =
      await admin`select count(*)::int from pg_stat_activity where application_name = 'bolt'`
    expect(count).toBeLessThanOrEqual(9)
    expect(process.memoryUsage.rss()).toBeLessThan(early + SLACK)
    agent.destroy()
    const open = descriptors()
    await app.close()
    await client.end()
    expect(descriptors()).toBeLessThan(open)
    await admin.end()
  },
  600_000,
)

/** Descriptors of this process; where there is no /proc, a number that every later one is below. */
let fallen = Number.MAX_SAFE_INTEGER
function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : fallen--
}

type Answer = { status: number; body: string } | 'aborted'

/** Asks for something, and gives the request up once it is on its way if so told. */
function fetchOne(url: string, agent: Agent, isAborted: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.on('error', (error) => (isAborted ? resolve('aborted') : reject(error)))
    if (isAborted) request.on('socket', () => setImmediate(() => request.destroy(new Error('given up'))))
  })
}
