import { authenticate, createApp, jwt } from '@bolt-app/core'
import { claim, param, query } from '@bolt-app/core/drizzle'
import { eq, sql } from 'drizzle-orm'
import { pgTable, serial, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const notes = pgTable('notes', { id: serial().primaryKey(), title: text().notNull(), owner: text().notNull() })
const db = drizzle.mock()
const auth = jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32) })

const byId = query.one(
  db
    .select()
    .from(notes)
    .where(eq(notes.id, param.path('id'))),
)
const limited = query(db.select().from(notes).limit(param.query('limit')))
const own = query(
  db
    .select()
    .from(notes)
    .where(eq(notes.owner, claim('user.id'))),
)
const add = query.one(
  db
    .insert(notes)
    .values({ title: param.body('title'), owner: 'me' })
    .returning(),
)
const search = query(
  db
    .select()
    .from(notes)
    .where(
      sql`${param.query('after', { optional: true })}::int is null or id > ${param.query('after', { optional: true })}`,
    ),
)

describe('a route with a query', () => {
  it('is told as one by routes()', () => {
    const app = createApp()
    app.get('/notes/:id', byId)
    app.get('/plain', () => 'a')
    expect(app.routes().map(({ kind }) => kind)).toEqual(['query', 'handler'])
  })

  it.each([
    [
      'path',
      (app: App) => app.get('/notes/:note', byId),
      "GET /notes/:note: param.path('id') is not in the path\n  → the path has note; write ':id' where it stands",
    ],
    [
      'path without parameters',
      (app: App) => app.get('/notes', byId),
      "GET /notes: param.path('id') is not in the path\n  → the path has no parameters; write ':id' where it stands",
    ],
    [
      'query without a schema',
      (app: App) => app.get('/', limited),
      "GET /: param.query('limit') is not declared, as the route has no query schema\n  → declare it: query: z.object({ limit: … })",
    ],
    [
      'query',
      (app: App) => app.get('/', { query: z.object({ size: z.int(), from: z.int() }) }, limited),
      "GET /: param.query('limit') is not in the query schema\n  → the schema has size, from; use one of them, or declare it: query: z.object({ limit: … })",
    ],
    [
      'query that may be missing',
      (app: App) => app.get('/', { query: z.object({ limit: z.int().optional() }) }, limited),
      "GET /: param.query('limit') may be missing from a request\n  → require it, give it a default, or bind NULL then: param.query('limit', { optional: true })",
    ],
    [
      'query that is a list',
      (app: App) => app.get('/', { query: z.object({ limit: z.array(z.int()) }) }, limited),
      "GET /: param.query('limit') is a list\n  → declare a single value, or take the list in a handler",
    ],
    [
      'body',
      (app: App) => app.post('/', { body: z.object({ text: z.string() }) }, add),
      "POST /: param.body('title') is not in the body schema\n  → the schema has text; use one of them, or declare it: body: z.object({ title: … })",
    ],
    [
      'body that is no object',
      (app: App) => app.post('/', { body: z.array(z.string()) }, add),
      "POST /: param.body('title') is not in the body schema\n  → declare it: body: z.object({ title: … })",
    ],
    [
      'body that may be missing as a whole',
      (app: App) => app.post('/', { body: z.object({ title: z.string() }).optional() }, add),
      "POST /: param.body('title') may be missing from a request",
    ],
    [
      'claim without auth',
      (app: App) => app.get('/', own),
      "GET /: claim('user.id') on a route without auth\n  → add auth to the route or its group: auth: jwt({ … })",
    ],
    [
      'claim that the schema drops',
      (app: App) =>
        app.get(
          '/',
          { auth: jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32), claims: z.object({ sub: z.string() }) }) },
          own,
        ),
      "GET /: claim('user.id') is not in the claims schema of its auth, which drops it\n  → declare the claim there, or use z.looseObject()",
    ],
  ] as const)('is refused when it reads what the request does not have: %s', (_, declare, message) => {
    expect(() => declare(createApp())).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(message) }),
    )
  })

  it.each([
    ['a parameter of the path', (app: App) => app.get('/:id', byId)],
    ['one with a schema', (app: App) => app.get('/:id', { params: z.object({ id: z.int() }) }, byId)],
    ['a default', (app: App) => app.get('/', { query: z.object({ limit: z.int().default(5) }) }, limited)],
    [
      'what may be missing, when it says so',
      (app: App) => app.get('/', { query: z.object({ after: z.int().optional() }) }, search),
    ],
    ['a property of a body', (app: App) => app.post('/', { body: z.object({ title: z.string() }) }, add)],
    ['a field of a form', (app: App) => app.post('/', { form: z.object({ title: z.string() }) }, add)],
    ['a claim', (app: App) => app.get('/', { auth }, own)],
    ['a claim by a session', (app: App) => app.get('/', { auth: authenticate(() => ({ user: { id: '1' } })) }, own)],
    ['a claim by the auth of its group', (app: App) => app.group('/g', { auth }, (r) => r.get('/', own))],
  ] as const)('may read %s', (_, declare) => {
    const app = createApp()
    declare(app)
    expect(app.routes()).toHaveLength(1)
  })

  it('is refused with a message that tells of queries when it has neither a handler nor a query', () => {
    const app = createApp()
    expect(() => app.get('/', db.select().from(notes) as never)).toThrow(
      'GET /: the handler is a object\n  → the last argument is the function that answers, or a query()',
    )
  })
})

describe('a value of the request', () => {
  it.each([
    [() => param.path(''), 'param.path(): the name is ""'],
    [() => param.query(7 as never), 'param.query(): the name is 7'],
    [() => claim(undefined as never), 'claim(): the name is undefined'],
    [
      () => param.query('a', { required: true } as never),
      "param.query(): unknown option 'required'\n  → known options: optional",
    ],
    [
      () => param.body('a', { optional: 1 } as never),
      "param.body(): option 'optional' is 1\n  → expected true or false",
    ],
  ] as const)('has a name, and known options', (make, message) => {
    expect(make).toThrow(message)
  })
})

type App = ReturnType<typeof createApp>
