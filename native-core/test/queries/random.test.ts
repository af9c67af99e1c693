import { query } from '@bolt-app/core/drizzle'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { full, odd } from '../postgres/rows.ts'
import { authors, books, ddl, every } from '../postgres/schema.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { appOn, type Database, ours, paths, theirs } from './paths.ts'
import { type Selection, Selections } from './random.ts'

const COUNT = process.env.BOLT_TEST_ALL === '1' ? 5_000 : 400
/** Another number gives other queries; the failure names it. */
const SEED = Number(process.env.BOLT_TEST_SEED ?? 20_261_124)

let server: TestPostgres
let reference: Database
let own: Database

beforeAll(async () => {
  server = await startPostgres()
  const setup = postgres(server.url, { max: 1 })
  await setup.unsafe(ddl())
  await setup.end()
  reference = theirs(server.url)
  own = ours(server.url)
  await reference.insert(every).values(full)
  for (const row of [...odd, full, ...odd]) await reference.insert(every).values(isReadTwice(row) ? {} : row)
  await reference.insert(authors).values([{ name: 'Ada' }, { name: 'é "日本"' }, { name: 'Nobody' }])
  const [first] = await reference.select({ id: authors.id }).from(authors).orderBy(authors.id)
  const author = first?.id ?? 0
  await reference.insert(books).values([
    { author, title: 'A', price: '1.50' },
    { author, title: 'B', price: null },
    { author, title: 'C\n"', price: '-0.10' },
  ])
}, 60_000)

afterAll(async () => {
  await reference?.$client.end({ timeout: 1 })
  await own?.$client.end({ timeout: 1 })
  await server?.stop()
})

/** Drizzle parses strings in JSON once more when the package postgres has parsed them already; the other differential test has them. */
const isReadTwice = ({ json, jsonb }: typeof every.$inferInsert): boolean =>
  [json, jsonb].some((value) => typeof value === 'string')

/** Bigints are texts in answers of queries. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))

/** PostgreSQL writes jsonb with spaces, which are no part of its value; everything else is compared byte by byte. */
const written = (text: string): string => (text.includes('{"a": ') ? JSON.stringify(JSON.parse(text)) : text)

function selections(): Selection[] {
  const source = new Selections(SEED)
  return Array.from({ length: COUNT }, () => source.next())
}

const named = (select: Selection): string => `seed ${SEED}: ${json(select(reference).toSQL())}`

it('random queries give the rows of the package postgres through the native client', { timeout: 600_000 }, async () => {
  let rows = 0
  for (const select of selections()) {
    const expected = await select(reference)
    expect(await select(own), named(select)).toStrictEqual(expected)
    rows += expected.length
  }
  expect(rows).toBeGreaterThan(COUNT)
})

it.each(paths.filter(({ open }) => open === ours))(
  'random queries answer routes with the JSON of the package postgres: $name',
  { timeout: 600_000 },
  async (path) => {
    const all = selections()
    const db = path.open(server.url)
    const app = appOn(path, (app) => {
      for (const [at, select] of all.entries()) app.get(`/${at}`, query(select(db)))
    })
    try {
      const { url } = await app.listen({ port: 0, host: '127.0.0.1' })
      for (const [at, select] of all.entries()) {
        const response = await fetch(`${url}/${at}`)
        expect(written(await response.text()), named(select)).toBe(json(await select(reference)))
        expect(response.status).toBe(200)
      }
    } finally {
      await app.close()
      await db.$client.end({ timeout: 1 })
    }
  },
)
