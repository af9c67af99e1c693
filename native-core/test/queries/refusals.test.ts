import { connect, createServer, type Server, type Socket } from 'node:net'
import { jwt, rateLimit, requires } from '@bolt-app/core'
import { claim, param, query } from '@bolt-app/core/drizzle'
import { eq, sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer, good, secret } from '../contract/tokens.ts'
import { authors, books, ddl } from '../postgres/schema.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { appOn, auth, type Database, paths } from './paths.ts'

let server: TestPostgres
let admin: ReturnType<typeof postgres>

beforeAll(async () => {
  server = await startPostgres()
  admin = postgres(server.url, { max: 1, onnotice: () => undefined })
  await admin.unsafe(`${ddl()} create sequence asked; alter table books add check (price > 0)`)
}, 60_000)

afterAll(async () => {
  await admin?.end()
  await server?.stop()
})

const shown = z.object({ name: z.string().optional(), author: z.int().optional(), price: z.string().optional() })

describe.each(paths)('by $name', (path) => {
  let db: Database
  let app: ReturnType<typeof appOn>

  beforeAll(async () => {
    await admin.unsafe('truncate authors, books restart identity')
    db = path.open(server.url)
    app = appOn(path, (app) => {
      const name = param.body('name', { optional: true })
      const author = param.body('author', { optional: true })
      const price = param.body('price', { optional: true })
      app.post('/authors', { body: shown, status: 201 }, query.one(db.insert(authors).values({ name }).returning()))
      app.post(
        '/books',
        { body: shown },
        query(db.insert(books).values({ author, title: 'secret title', price }).returning()),
      )
      app.get(
        '/authors/:id',
        query.one(
          db
            .select()
            .from(authors)
            .where(eq(authors.id, param.path('id'))),
        ),
      )
      app.get('/nothing', query(db.select({ n: sql`n` }).from(sql`nothing`)))
    })
    const answer = await app.inject({ method: 'POST', url: '/authors', json: { name: 'Ada' } })
    expect([answer.status, answer.json()]).toEqual([201, { id: 1, name: 'Ada', born: null, meta: null }])
  })

  afterAll(async () => {
    await app.close()
    await db.$client.end({ timeout: 1 })
  })

  it.each([
    [
      'a row that is there already',
      { method: 'POST', url: '/authors', json: { name: 'Ada' } },
      409,
      'conflict',
      'The request conflicts with what is stored',
    ],
    [
      'a row that refers to none',
      { method: 'POST', url: '/books', json: { author: 99 } },
      409,
      'conflict',
      'The request conflicts with what is stored',
    ],
    [
      'a missing value',
      { method: 'POST', url: '/authors', json: {} },
      422,
      'validation-failed',
      'The database refuses a value of the request',
    ],
    [
      'a value that a constraint forbids',
      { method: 'POST', url: '/books', json: { author: 1, price: '-1' } },
      422,
      'validation-failed',
      'The database refuses a value of the request',
    ],
    [
      'a value that is none of its type',
      { url: '/authors/secret' },
      422,
      'validation-failed',
      'The database refuses a value of the request',
    ],
    [
      'a number that is too large',
      { url: '/authors/99999999999999999999' },
      422,
      'validation-failed',
      'The database refuses a value of the request',
    ],
    ['a row that is not there', { url: '/authors/77' }, 404, 'not-found', 'There is no such row'],
  ] as const)('refuses %s', async (_, request, status, code, detail) => {
    const answer = await app.inject(request)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({ status, code, detail })
    // Nothing of the database, nor of other rows.
    expect(answer.text()).not.toMatch(/Ada|secret|authors|constraint|integer|violates/)
  })

  it('answers a fault of the statement with 500, and does not tell it', async () => {
    const answer = await app.inject({ url: '/nothing' })
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal', title: 'Internal Server Error' })
    expect(answer.text()).not.toMatch(/nothing|relation|select/)
  })
})

describe.each(paths)('by $name nothing is asked of the database', (path) => {
  let db: Database
  let app: ReturnType<typeof appOn>

  const asked = async (): Promise<number> => {
    const [row] = await admin.unsafe('select case when is_called then last_value else 0 end::int as n from asked')
    return row?.n
  }

  beforeAll(() => {
    db = path.open(server.url)
    const ask = (value: unknown) =>
      query(db.select({ n: sql`nextval('asked')::int`, value: sql`${value}::text` }).from(sql`(select 1) one`))
    const shaped = jwt({
      algorithms: ['HS256'],
      secret,
      claims: z.looseObject({ org: z.object({ plan: z.enum(['gold']) }) }),
    })
    app = appOn(path, (app) => {
      app.get('/guarded', { auth, guard: requires({ role: 'admin' }) }, ask(claim('org.plan')))
      app.get('/shaped', { auth: shaped }, ask(claim('sub')))
      app.get('/checked', { query: z.object({ v: z.int().max(9) }) }, ask(param.query('v')))
      app.get('/limited', { rateLimit: rateLimit({ limit: 1, window: 3600 }) }, ask('a'))
    })
  })

  afterAll(async () => {
    await app.close()
    await db.$client.end({ timeout: 1 })
  })

  const as = (claims: object) => ({ headers: { authorization: bearer(claims) } })

  it('but for requests that are admitted', async () => {
    const before = await asked()
    const answers = [
      await app.inject({ url: '/guarded', ...as(good) }),
      await app.inject({ url: '/shaped', ...as(good) }),
      await app.inject({ url: '/checked?v=9' }),
      await app.inject({ url: '/limited' }),
    ]
    expect(answers.map((answer) => answer.json<Array<{ value: string }>>()[0]?.value)).toEqual([
      'gold',
      'ann',
      '9',
      'a',
    ])
    expect(await asked()).toBe(before + 4)
  })

  it.each([
    ['without a token', { url: '/guarded' }, 401],
    ['with a token that is none', { url: '/guarded', headers: { authorization: 'Bearer a.b.c' } }, 401],
    ['that the guard refuses', { url: '/guarded', ...as({ ...good, role: 'guest' }) }, 403],
    ['without the claim', { url: '/guarded', ...as({ ...good, org: {} }) }, 403],
    ['with a claim that is null', { url: '/guarded', ...as({ ...good, org: { plan: null } }) }, 403],
    ['with claims of another shape', { url: '/shaped', ...as({ ...good, org: { plan: 'lead' } }) }, 401],
    ['that the schema refuses', { url: '/checked?v=10' }, 422],
    ['without a value', { url: '/checked' }, 422],
    ['with a value twice', { url: '/checked?v=1&v=2' }, 422],
    ['beyond the rate limit', { url: '/limited' }, 429],
  ] as const)('for a request %s', async (_, request, status) => {
    const before = await asked()
    const answer = await app.inject(request)
    expect([answer.status, await asked()]).toEqual([status, before])
  })
})

describe.each(paths)('by $name, while the database is away', (path) => {
  let gate: Gate
  let db: Database
  let app: ReturnType<typeof appOn>

  beforeAll(async () => {
    const { port } = new URL(server.url)
    gate = await openGate(Number(port))
    db = path.open(server.url.replace(port, String(gate.port)))
    app = appOn(path, (app) => {
      app.get('/', query(db.select({ n: sql`1` }).from(sql`(select 1) one`)))
    })
  })

  afterAll(async () => {
    await app.close()
    await db.$client.end({ timeout: 1 })
    await gate.shut()
  })

  it('requests are answered with 503, and with rows once it is back', async () => {
    expect((await app.inject({ url: '/' })).json()).toEqual([{ n: 1 }])
    await gate.shut()
    // The first one may be on a connection that is lost only then.
    await app.inject({ url: '/' })
    const answer = await app.inject({ url: '/' })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(answer.json()).toMatchObject({
      status: 503,
      code: 'database-unavailable',
      title: 'Service Unavailable',
      detail: 'The database cannot be asked at the moment',
    })
    await gate.open()
    await expect.poll(async () => (await app.inject({ url: '/' })).json(), { timeout: 10_000 }).toEqual([{ n: 1 }])
  })
})

/** A way to the database that can be shut. */
interface Gate {
  readonly port: number
  open(): Promise<void>
  shut(): Promise<void>
}

async function openGate(target: number): Promise<Gate> {
  const sockets = new Set<Socket>()
  let server: Server
  let port = 0
  const open = (): Promise<void> => {
    server = createServer((client) => {
      const upstream = connect(target, '127.0.0.1')
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(from)
        from.pipe(to)
        from.on('error', () => to.destroy()).on('close', () => to.destroy())
      }
    })
    return new Promise((done) => {
      server.listen(port, '127.0.0.1', () => {
        port = (server.address() as { port: number }).port
        done()
      })
    })
  }
  const shut = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done))
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    await closed
  }
  await open()
  return { port, open, shut }
}
