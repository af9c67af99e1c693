import { authenticate, createApp, firstOf, jwt } from '@bolt-app/core'
import { claim, param, query } from '@bolt-app/core/drizzle'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer, good, secret } from '../contract/tokens.ts'
import { ddl, every } from '../postgres/schema.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { auth, type Database, ours } from './paths.ts'

let server: TestPostgres
let db: Database

beforeAll(async () => {
  server = await startPostgres()
  const admin = postgres(server.url, { max: 1 })
  await admin.unsafe(ddl())
  await admin.end()
  db = ours(server.url)
}, 60_000)

afterAll(async () => {
  await db?.$client.end({ timeout: 1 })
  await server?.stop()
})

const value = (given: unknown) => query.one(db.select({ v: sql`${given}::text` }).from(sql`(select 1) one`))
const token = (claims?: z.ZodType) => jwt({ algorithms: ['HS256'], secret, ...(claims && { claims }) })
const session = authenticate((ctx) => (ctx.cookies.sid === 'x' ? { sub: 'session' } : null), { cookies: ['sid'] })

const json = (body: unknown) => ({ method: 'POST', url: '/', json: body })
const signed = { url: '/', headers: { authorization: bearer(good) } }

type App = ReturnType<typeof createApp>
type Case = [title: string, declare: (app: App) => unknown, request: Parameters<App['inject']>[0], expected: unknown]

const inRust: Case[] = [
  ['nothing else', (app) => app.get('/', value('a')), { url: '/' }, { v: 'a' }],
  [
    'a schema of the path',
    (app) => app.get('/:v', { params: z.object({ v: z.int() }) }, value(param.path('v'))),
    { url: '/7' },
    { v: '7' },
  ],
  [
    'a default of the query',
    (app) => app.get('/', { query: z.object({ v: z.int().default(5) }) }, value(param.query('v'))),
    { url: '/' },
    { v: '5' },
  ],
  [
    'values in another order',
    (app) =>
      app.get(
        '/:a',
        { query: z.object({ b: z.string(), v: z.string() }), cookies: z.object({ c: z.string() }) },
        value(param.query('v')),
      ),
    { url: '/1?v=3&b=2', headers: { cookie: 'c=4' } },
    { v: '3' },
  ],
  [
    'keys of the body that are dropped',
    (app) => app.post('/', { body: z.object({ v: z.string(), w: z.int().default(1) }) }, value(param.body('v'))),
    json({ v: 'a', more: 1 }),
    { v: 'a' },
  ],
  ['a token', (app) => app.get('/', { auth }, value(claim('sub'))), signed, { v: 'ann' }],
  [
    'a token with claims of a shape',
    (app) => app.get('/', { auth: token(z.object({ sub: z.string() })) }, value(claim('sub'))),
    signed,
    { v: 'ann' },
  ],
  [
    'a token where a session would do as well',
    (app) => app.get('/', { auth: firstOf(token(), session) }, value(claim('sub'))),
    signed,
    { v: 'ann' },
  ],
  [
    'a documented response',
    (app) => app.get('/', { response: z.object({ v: z.string() }) }, value('a')),
    { url: '/' },
    { v: 'a' },
  ],
  ['another status', (app) => app.get('/', { status: 202 }, value('a')), { url: '/' }, { v: 'a' }],
]

const inJavaScript: Case[] = [
  [
    'middleware',
    (app) => {
      app.use((_, next) => next())
      app.get('/', value('a'))
    },
    { url: '/' },
    { v: 'a' },
  ],
  [
    'a transformed value',
    (app) =>
      app.get('/', { query: z.object({ v: z.string().transform((text) => text.length) }) }, value(param.query('v'))),
    { url: '/?v=abc' },
    { v: '3' },
  ],
  [
    'a rule that JSON Schema cannot say',
    (app) =>
      app.get('/', { query: z.object({ v: z.string().refine((text) => text !== 'b') }) }, value(param.query('v'))),
    { url: '/?v=a' },
    { v: 'a' },
  ],
  [
    'a default of the body',
    (app) => app.post('/', { body: z.object({ v: z.string().default('d') }) }, value(param.body('v'))),
    json({}),
    { v: 'd' },
  ],
  [
    'an object of the body that loses keys',
    (app) => app.post('/', { body: z.object({ v: z.object({ a: z.int() }) }) }, value(param.body('v'))),
    json({ v: { a: 1, b: 2 } }),
    { v: '{"a":1}' },
  ],
  [
    'a form',
    (app) => app.post('/', { form: z.object({ v: z.string() }) }, value(param.body('v'))),
    { method: 'POST', url: '/', form: new URLSearchParams({ v: 'a' }) },
    { v: 'a' },
  ],
  [
    'text for a column of JSON',
    (app) =>
      app.get(
        '/:v',
        query.one(
          db
            .insert(every)
            .values({ jsonb: param.path('v') })
            .returning({ v: every.jsonb }),
        ),
      ),
    { url: '/abc' },
    { v: 'abc' },
  ],
  [
    'tokens that may be taken back',
    (app) => app.get('/', { auth: jwt({ algorithms: ['HS256'], secret, revoked: () => false }) }, value(claim('sub'))),
    signed,
    { v: 'ann' },
  ],
  [
    'claims that a function checks',
    (app) =>
      app.get(
        '/',
        { auth: token(z.looseObject({ sub: z.string().refine((sub) => sub !== 'bob') })) },
        value(claim('sub')),
      ),
    signed,
    { v: 'ann' },
  ],
  [
    'a claim with a default',
    (app) => app.get('/', { auth: token(z.object({ team: z.string().default('none') })) }, value(claim('team'))),
    signed,
    { v: 'none' },
  ],
  [
    'a session',
    (app) => app.get('/', { auth: session }, value(claim('sub'))),
    { url: '/', headers: { cookie: 'sid=x' } },
    { v: 'session' },
  ],
  [
    'a session where a token would do as well',
    (app) => app.get('/', { auth: firstOf(token(), session) }, value(claim('sub'))),
    { url: '/', headers: { cookie: 'sid=x' } },
    { v: 'session' },
  ],
]

async function calls(
  [, declare, request, expected]: Case,
  options: Parameters<typeof createApp>[0] = { validateResponses: false },
): Promise<number> {
  const app = createApp(options)
  declare(app)
  const answer = await app.inject(request)
  expect(answer.json()).toStrictEqual(expected)
  const { javascriptCalls } = app.stats()
  await app.close()
  return javascriptCalls
}

describe('JavaScript is not entered for a query with', () => {
  it.each(inRust)('%s', async (...given) => {
    expect(await calls(given)).toBe(0)
  })
})

describe('JavaScript is entered for a query with', () => {
  it.each(inJavaScript)('%s', async (...given) => {
    expect(await calls(given)).toBe(1)
  })

  it('a response that is checked', async () => {
    const [documented] = inRust.filter(([title]) => title === 'a documented response')
    expect(await calls(documented as Case, { validateResponses: true })).toBe(1)
  })

  it('an answer without content', async () => {
    const app = createApp()
    app.get('/', { status: 204 }, value('a'))
    const answer = await app.inject({ url: '/' })
    expect([answer.status, answer.text(), app.stats().javascriptCalls]).toEqual([204, '', 1])
    await app.close()
  })
})
