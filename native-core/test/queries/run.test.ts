import { HttpError, reply } from '@bolt-app/core'
import { claim, param, query } from '@bolt-app/core/drizzle'
import { asc, eq, sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer, good } from '../contract/tokens.ts'
import { authors, ddl } from '../postgres/schema.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { appOn, auth, type Database, ours, type Path, theirs } from './paths.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startPostgres()
  const admin = postgres(server.url, { max: 1 })
  await admin.unsafe(`${ddl()} insert into authors (name, born) values ('Ada', '1815-12-10'), ('Émile', null)`)
  await admin.end()
}, 60_000)

afterAll(() => server?.stop())

const clients: Path[] = [
  { name: 'the native client', core: 'native', open: ours, isEntered: false },
  { name: 'the package postgres', core: 'native', open: theirs, isEntered: false },
  { name: 'the package postgres on node:http', core: 'fallback', open: theirs, isEntered: false },
]

describe.each(clients)('a handler over $name', (path) => {
  let db: Database
  let app: ReturnType<typeof appOn>

  beforeAll(() => {
    db = path.open(server.url)
    const born = { name: authors.name, born: authors.born, n: sql<bigint>`7::bigint` }
    const list = query(db.select(born).from(authors).orderBy(asc(authors.id)).limit(param.query('limit')))
    const byId = query.one(
      db
        .select(born)
        .from(authors)
        .where(eq(authors.id, param.path('id'))),
    )
    const echo = query.one(
      db
        .select({
          path: sql`${param.path('id')}::text`,
          body: sql`${param.body('text')}::text`,
          who: sql`${claim('org.plan')}::text`,
        })
        .from(sql`(select 1) one`),
    )
    const add = query.one(
      db
        .insert(authors)
        .values({ name: param.body('name') })
        .returning({ id: authors.id }),
    )
    const limit = { query: z.object({ limit: z.int().default(1) }) }
    app = appOn(path, (app) => {
      app.get('/run', limit, async (ctx) => ({ rows: await ctx.run(list) }))
      app.get('/run/all', async (ctx) => ({ rows: await ctx.run(list, { query: { limit: 10 } }) }))
      app.get('/run/:id', async (ctx) => ({ row: (await ctx.run(byId)) ?? 'none' }))
      app.get('/unfilled', async (ctx) => {
        try {
          return await ctx.run(list)
        } catch (error) {
          return { message: (error as Error).message }
        }
      })
      app.post('/echo/:id', { auth, body: z.object({ text: z.string() }) }, (ctx) => ctx.run(echo))
      app.post('/echo/given/:id', async (ctx) =>
        ctx.run(echo, { params: { id: 'p' }, body: { text: 'b' }, claims: { org: { plan: 'c' } } }),
      )
      app.get(
        '/answer',
        { ...limit, response: z.array(z.object({ name: z.string() })) },
        (ctx) => ctx.answer(list) as never,
      )
      app.get('/answer/:id', (ctx) => ctx.answer(byId))
      app.get('/wrapped', limit, async (ctx) => reply(await ctx.answer(list), { status: 203, headers: { 'x-a': 'b' } }))
      app.get('/nested', limit, async (ctx) => ({ within: await ctx.answer(list) }))
      app.post('/caught', { body: z.object({ name: z.string() }) }, async (ctx) => {
        try {
          return await ctx.run(add)
        } catch (error) {
          const { code, cause } = error as { code?: string; cause?: { code?: string } }
          throw new HttpError(409, `code ${code ?? cause?.code}`)
        }
      })
      app.post('/uncaught', { body: z.object({ name: z.string() }) }, (ctx) => ctx.answer(add))
      app.get('/nobody', { auth }, (ctx) =>
        ctx.run(echo, { params: { id: 'p' }, body: { text: 'b' }, claims: { org: { plan: null } } }),
      )
      app.get('/none', (ctx) => ctx.run({} as never))
    })
  })

  afterAll(async () => {
    await app.close()
    await db.$client.end({ timeout: 1 })
  })

  const ada = { name: 'Ada', born: '1815-12-10T00:00:00.000Z', n: '7' }
  const emile = { name: 'Émile', born: null, n: '7' }

  it.each([
    ['/run', { rows: [ada] }],
    ['/run?limit=2', { rows: [ada, emile] }],
    ['/run/all', { rows: [ada, emile] }],
    ['/run/2', { row: emile }],
    ['/run/3', { row: 'none' }],
    ['/answer', [ada]],
    ['/answer/1', ada],
    ['/wrapped', [ada]],
    ['/nested?limit=2', { within: [ada, emile] }],
  ])('has the rows of a query as JSON has them: %s', async (url, expected) => {
    const answer = await app.inject({ url })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.json()).toStrictEqual(expected)
  })

  it('gives values of its own, or those of the request', async () => {
    const authorization = bearer(good)
    const own = await app.inject({ method: 'POST', url: '/echo/x', headers: { authorization }, json: { text: 'y' } })
    expect(own.json()).toStrictEqual({ path: 'x', body: 'y', who: 'gold' })
    const given = await app.inject({ method: 'POST', url: '/echo/given/x' })
    expect(given.json()).toStrictEqual({ path: 'p', body: 'b', who: 'c' })
  })

  it('asks for nobody when the claim that it gives is null, not for who asks', async () => {
    const answer = await app.inject({ url: '/nobody', headers: { authorization: bearer(good) } })
    expect(answer.json()).toMatchObject({ status: 403, code: 'forbidden' })
  })

  it('is told which value is missing', async () => {
    const answer = await app.inject({ url: '/unfilled' })
    expect(answer.json()).toEqual({
      message:
        "A query has no value for param.query('limit'): pass { query: { limit: … } }, or declare it with { optional: true }",
    })
  })

  it('is told of a query that is none', async () => {
    expect((await app.inject({ url: '/none' })).status).toBe(500)
  })

  it('catches errors of the database by their code', async () => {
    const answer = await app.inject({ method: 'POST', url: '/caught', json: { name: 'Ada' } })
    expect(answer.json()).toMatchObject({ status: 409, detail: 'code 23505' })
  })

  it('has them and missing rows answered as on a route of the query', async () => {
    const conflict = await app.inject({ method: 'POST', url: '/uncaught', json: { name: 'Ada' } })
    expect(conflict.json()).toMatchObject({
      status: 409,
      code: 'conflict',
      detail: 'The request conflicts with what is stored',
    })
    const missing = await app.inject({ url: '/answer/9' })
    expect(missing.json()).toMatchObject({ status: 404, code: 'not-found', detail: 'There is no such row' })
  })

  it('sends the text of the database with the status and headers of a reply', async () => {
    const answer = await app.inject({ url: '/wrapped' })
    expect([answer.status, answer.headers.get('x-a')]).toEqual([203, 'b'])
  })
})
