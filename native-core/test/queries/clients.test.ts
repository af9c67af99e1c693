import { createApp } from '@bolt-app/core'
import { param, query } from '@bolt-app/core/drizzle'
import { native } from '@bolt-app/core/postgres'
import { eq } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import { drizzle as pgProxy } from 'drizzle-orm/pg-proxy'
import { drizzle } from 'drizzle-orm/postgres-js'
import * as sqlite from 'drizzle-orm/sqlite-core'
import { drizzle as sqliteProxy } from 'drizzle-orm/sqlite-proxy'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'

/** What a driver was given. */
interface Sent {
  sql: string
  params: unknown[]
  method: string
}

/** A driver that keeps what it is given, and always finds these rows. */
function driver(rows: unknown[][]) {
  const sent: Sent[] = []
  const run = async (sql: string, params: unknown[], method: string) => {
    sent.push({ sql, params, method })
    return { rows }
  }
  return { sent, run }
}

describe('a query of another database', () => {
  const notes = sqlite.sqliteTable('notes', {
    id: sqlite.integer().primaryKey(),
    title: sqlite.text().notNull(),
    at: sqlite.integer({ mode: 'timestamp' }),
    meta: sqlite.text({ mode: 'json' }),
    isOpen: sqlite.integer({ mode: 'boolean' }),
    size: sqlite.blob({ mode: 'bigint' }),
  })
  const body = z.object({
    title: z.string(),
    at: z.string().optional(),
    meta: z.unknown().optional(),
    isOpen: z.boolean().optional(),
  })
  const { sent, run } = driver([[1, 'a', 86_400, '{"b":[1]}', 1, Buffer.from('12')]])
  const db = sqliteProxy(run)
  const app = createApp()
  const optional = { optional: true }
  app.post(
    '/notes',
    { body },
    query.one(
      db
        .insert(notes)
        .values({
          title: param.body('title'),
          at: param.body('at', optional),
          meta: param.body('meta', optional),
          isOpen: param.body('isOpen', optional),
        })
        .returning(),
    ),
  )
  const add = (json: unknown) => app.inject({ method: 'POST', url: '/notes', json })
  afterAll(() => app.close())

  it('is run by Drizzle, with values in the forms of its columns', async () => {
    await add({ title: "'; --", at: '1970-01-02T00:00:00Z', meta: { b: [1] }, isOpen: true })
    await add({ title: 'a' })
    expect(sent.map(({ params }) => params)).toEqual([
      ["'; --", 86_400, '{"b":[1]}', 1],
      ['a', null, null, null],
    ])
    expect(sent[1]?.sql).toBe(sent[0]?.sql)
  })

  it('answers with what JSON makes of its rows', async () => {
    const answer = await add({ title: 'a' })
    expect(answer.json()).toEqual({
      id: 1,
      title: 'a',
      at: '1970-01-02T00:00:00.000Z',
      meta: { b: [1] },
      isOpen: true,
      size: '12',
    })
  })

  it('refuses a text that is no date', async () => {
    const before = sent.length
    expect((await add({ title: 'a', at: 'yesterday' })).json()).toMatchObject({
      status: 422,
      code: 'validation-failed',
    })
    expect(sent).toHaveLength(before)
  })

  it('is documented by the types of its columns', () => {
    const responses = app.openapi().paths['/notes']?.post?.responses as Record<string, unknown>
    expect(responses['200']).toMatchObject({
      content: {
        'application/json': {
          schema: {
            properties: {
              id: { type: 'number' },
              title: { type: 'string' },
              at: { type: ['string', 'null'], format: 'date-time' },
              meta: {},
              isOpen: { type: ['boolean', 'null'] },
              size: { type: ['string', 'null'] },
            },
          },
        },
      },
    })
  })
})

it('a query of another driver for PostgreSQL is run by Drizzle', async () => {
  const notes = pg.pgTable('notes', { id: pg.serial().primaryKey(), tags: pg.text().array(), at: pg.timestamp() })
  const { sent, run } = driver([[7, ['a'], '2024-01-02 03:04:05']])
  const app = createApp()
  const values = { tags: param.body('tags'), at: param.body('at') }
  const body = z.object({ tags: z.array(z.string()), at: z.string() })
  app.post('/', { body }, query(pgProxy(run).insert(notes).values(values).returning()))
  const answer = await app.inject({ method: 'POST', url: '/', json: { tags: ['x"', 'y'], at: '2024-01-02T03:04:05Z' } })
  expect(answer.json()).toEqual([{ id: 7, tags: ['a'], at: '2024-01-02T03:04:05.000Z' }])
  expect(sent[0]?.params).toEqual(['{"x\\"","y"}', '2024-01-02T03:04:05Z'])
  await app.close()
})

describe('a query with names of columns in snake case', () => {
  const people = pg.pgTable('people', { personId: pg.serial().primaryKey(), givenName: pg.text().notNull() })
  let server: TestPostgres

  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(() => server?.stop())

  it('has the names of the program in its rows', async () => {
    const client = native(server.url)
    await client.unsafe('create table people (person_id serial primary key, given_name text not null)')
    const db = drizzle(client, { casing: 'snake_case' })
    const app = createApp()
    const body = z.object({ name: z.string() })
    app.post(
      '/',
      { body },
      query.one(
        db
          .insert(people)
          .values({ givenName: param.body('name') })
          .returning(),
      ),
    )
    app.get(
      '/:id',
      query.one(
        db
          .select()
          .from(people)
          .where(eq(people.personId, param.path('id'))),
      ),
    )
    expect((await app.inject({ method: 'POST', url: '/', json: { name: 'Ada' } })).json()).toEqual({
      personId: 1,
      givenName: 'Ada',
    })
    expect((await app.inject({ url: '/1' })).json()).toEqual({ personId: 1, givenName: 'Ada' })
    expect(app.stats().javascriptCalls).toBe(0)
    await app.close()
    await client.end()
  })
})
