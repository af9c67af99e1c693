import { param, query } from '@bolt-app/core/drizzle'
import { desc, lt } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { authors, ddl } from '../postgres/schema.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { appOn, paths } from './paths.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startPostgres()
  const admin = postgres(server.url, { max: 1 })
  await admin.unsafe(`${ddl()} insert into authors (name) select 'author ' || n from generate_series(1, 7) n`)
  await admin.end()
}, 60_000)

afterAll(() => server?.stop())

describe.each(paths)('a page by $name', (path) => {
  const db = (): ReturnType<typeof path.open> => path.open(server.url)
  let app: ReturnType<typeof appOn>

  beforeAll(() => {
    const client = db()
    const page = query.page(
      client
        .select({ id: authors.id, name: authors.name })
        .from(authors)
        .where(lt(authors.id, param.query('before')))
        .orderBy(desc(authors.id))
        .limit(param.query('limit')),
      { cursor: 'id' },
    )
    app = appOn(path, (app) => {
      const options = { query: z.object({ before: z.int().default(2_147_483_647), limit: z.int().default(3) }) }
      app.get('/authors', options, page)
      app.get('/run', options, async (ctx) => ({ cursor: (await ctx.run(page)).nextCursor ?? 'none' }))
    })
    app.onShutdown(() => client.$client.end())
  })

  afterAll(() => app.close())

  const get = async (url: string): Promise<{ status: number; body: unknown }> => {
    const answer = await app.inject({ url })
    return { status: answer.status, body: answer.json() }
  }

  it('names where the next one begins, as long as there is one', async () => {
    const items = (...ids: number[]): unknown[] => ids.map((id) => ({ id, name: `author ${id}` }))
    expect(await get('/authors')).toEqual({ status: 200, body: { items: items(7, 6, 5), nextCursor: 5 } })
    expect(await get('/authors?before=5')).toEqual({ status: 200, body: { items: items(4, 3, 2), nextCursor: 2 } })
    expect(await get('/authors?before=2')).toEqual({ status: 200, body: { items: items(1) } })
    expect((await get('/authors?limit=7')).body).toEqual({ items: items(7, 6, 5, 4, 3, 2, 1) })
    expect((await get('/authors?before=1')).body).toEqual({ items: [] })
    expect((await get('/authors?limit=0')).body).toEqual({ items: [] })
  })

  it('refuses a limit that is none, and tells handlers the cursor', async () => {
    expect(await get('/authors?limit=-1')).toMatchObject({ status: 422, body: { code: 'validation-failed' } })
    expect((await get('/run')).body).toEqual({ cursor: 5 })
    expect((await get('/run?limit=10')).body).toEqual({ cursor: 'none' })
  })

  it('is documented with its cursor', () => {
    expect(app.openapi().paths['/authors']?.get?.responses['200']).toMatchObject({
      content: {
        'application/json': {
          schema: { required: ['items'], properties: { items: { type: 'array' }, nextCursor: { type: 'integer' } } },
        },
      },
    })
  })

  it('needs a limit from the request, and its cursor in the rows', () => {
    const rows = db().select({ id: authors.id }).from(authors)
    expect(() => query.page(rows.limit(3), { cursor: 'id' })).toThrow("add .limit(param.query('limit'))")
    const limited = db().select({ id: authors.id }).from(authors).limit(param.query('limit'))
    expect(() => query.page(limited, { cursor: 'name' as 'id' })).toThrow("the cursor 'name' is no column of a row")
  })
})
