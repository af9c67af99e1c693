import { claim, param, query } from '@bolt-app/core/drizzle'
import { and, asc, avg, count, desc, eq, getTableColumns, gt, isNull, max, sql, sum } from 'drizzle-orm'
import { alias, union } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer, good } from '../contract/tokens.ts'
import { full, fullLists, odd } from '../postgres/rows.ts'
import { authors, books, ddl, every, lists } from '../postgres/schema.ts'
import { startPostgres, type TestPostgres } from '../postgres/server.ts'
import { appOn, auth, type Database, paths, theirs } from './paths.ts'

// What Rust does not read: what Drizzle makes objects of, and bytes.
const { bytes: _bytes, point: _point, pointXy: _xy, line: _line, lineAbc: _abc, ...scalars } = getTableColumns(every)
const { point: _points, ...arrays } = getTableColumns(lists)
const writers = alias(authors, 'writers')

/** Queries without values, each of which is awaited as it is, and answers a route. */
const selections = {
  'columns of every type': (db: Database) => db.select(scalars).from(every).orderBy(asc(every.id)),
  'arrays of every type': (db: Database) => db.select(arrays).from(lists).orderBy(asc(lists.id)),
  'no rows': (db: Database) => db.select().from(authors).where(eq(authors.id, -1)),
  'a row of names that JSON quotes': (db: Database) =>
    db.select({ 'a"b\\c\n': authors.name, '': authors.id, é: authors.born }).from(authors).orderBy(authors.id),
  'rows that are all joined': (db: Database) =>
    db.select().from(books).innerJoin(authors, eq(books.author, authors.id)).orderBy(asc(books.id)),
  'rows without what is joined': (db: Database) =>
    db.select().from(authors).leftJoin(books, eq(books.author, authors.id)).orderBy(asc(authors.id), asc(books.id)),
  'rows that are only joined': (db: Database) =>
    db.select().from(books).rightJoin(authors, eq(books.author, authors.id)).orderBy(asc(authors.id), asc(books.id)),
  'rows that are missing on either side': (db: Database) =>
    db
      .select()
      .from(authors)
      .fullJoin(books, and(eq(books.author, authors.id), gt(books.id, 1)))
      .orderBy(asc(authors.id), asc(books.id)),
  'parts of what is joined': (db: Database) =>
    db
      .select({ id: authors.id, book: { title: books.title, tags: books.tags }, price: books.price })
      .from(authors)
      .leftJoin(books, eq(books.author, authors.id))
      .orderBy(asc(authors.id), asc(books.id)),
  'an object of two tables': (db: Database) =>
    db
      .select({ both: { book: books.id, author: authors.id } })
      .from(authors)
      .leftJoin(books, eq(books.author, authors.id))
      .orderBy(asc(authors.id), asc(books.id)),
  'a joined object that begins with a NULL of its own': (db: Database) =>
    db
      .select({ id: authors.id, book: { price: books.price, title: books.title } })
      .from(authors)
      .leftJoin(books, eq(books.author, authors.id))
      .orderBy(asc(authors.id), asc(books.id)),
  'a table with itself': (db: Database) =>
    db
      .select({ name: authors.name, other: { name: writers.name, born: writers.born } })
      .from(authors)
      .leftJoin(writers, eq(writers.id, sql`${authors.id} + 1`))
      .orderBy(asc(authors.id)),
  'an object in a selection of one table': (db: Database) =>
    db
      .select({ id: books.id, about: { price: books.price, printed: books.printed } })
      .from(books)
      .orderBy(books.id),
  'expressions as the driver reads them': (db: Database) =>
    db
      .select({
        bool: sql`true`,
        int: sql`7::int`,
        big: sql`7::bigint`,
        decimal: sql`1.50::numeric`,
        float: sql`1.5::float8`,
        text: sql`'a"b'::text`,
        json: sql`'{"a":[1,null]}'::jsonb`,
        day: sql`'2024-02-29'::date`,
        at: sql`'2024-02-29 12:00:00.5+00'::timestamptz`,
        ints: sql`array[1,2,3]`,
        texts: sql`array['a','b,c']`,
        nothing: sql`null::int`,
        range: sql`'[1,3)'::int4range`,
        named: sql`${authors.name} || '!'`.as('named'),
      })
      .from(authors)
      .orderBy(authors.id),
  'expressions with decoders': (db: Database) =>
    db
      .select({
        n: count(),
        sum: sum(books.price),
        avg: avg(books.id),
        last: max(books.printed),
        title: max(books.title),
        some: sql`count(*) > 1`.mapWith(Boolean),
        born: sql`'1815-12-10'::date`.mapWith(authors.born),
        tags: sql`array['x','y']`.mapWith(books.tags),
      })
      .from(books),
  groups: (db: Database) =>
    db
      .select({ author: books.author, n: count(books.price) })
      .from(books)
      .groupBy(books.author)
      .orderBy(books.author),
  'distinct rows': (db: Database) => db.selectDistinct({ author: books.author }).from(books).orderBy(books.author),
  'distinct rows by a column': (db: Database) =>
    db
      .selectDistinctOn([books.author], { author: books.author, id: books.id })
      .from(books)
      .orderBy(books.author, desc(books.id)),
  'a union': (db: Database) =>
    union(db.select({ name: authors.name }).from(authors), db.select({ name: books.title }).from(books)).orderBy(
      sql`1`,
    ),
  'a subquery': (db: Database) => {
    const dear = db
      .select({ id: books.id, price: books.price, twice: sql<string>`price * 2`.as('twice') })
      .from(books)
      .as('dear')
    return db.select().from(dear).leftJoin(authors, eq(authors.id, dear.id)).orderBy(dear.id)
  },
  'a common table expression': (db: Database) => {
    const dear = db.$with('dear').as(db.select().from(books).where(gt(books.price, '1')))
    return db.with(dear).select().from(dear).orderBy(dear.id)
  },
  'a count beside the rows': (db: Database) =>
    db
      .select({ id: authors.id, books: db.$count(books, eq(books.author, authors.id)) })
      .from(authors)
      .orderBy(authors.id),
  'constants of every kind': (db: Database) =>
    db
      .select({ id: every.id })
      .from(every)
      .where(
        and(
          eq(every.bool, true),
          eq(every.int8, 9_223_372_036_854_775_807n),
          eq(every.stamp, new Date('2024-01-02T03:04:05.678Z')),
          eq(every.jsonb, { b: [1, null, 'x'], a: -0.5 }),
          eq(every.decimalNumber, 1.5),
          eq(every.mood, '"quoted", \\ é'),
          isNull(sql`${null}::text`),
        ),
      ),
} as const

const hostile = [
  "'; drop table authors; --",
  "' or '1'='1",
  '" or ""="',
  '$1',
  '$2',
  '%s',
  '\\',
  "\\'",
  '\\x00ff',
  'null',
  'NULL',
  'undefined',
  '{"a":1}',
  '{a,b}',
  'a\tb\nc\r\u0001',
  'é 日本 😀 \u2028',
  '__proto__',
  'constructor',
  '',
  ' ',
  '0',
  'true',
  'x'.repeat(3000),
]

/** A table of one row, to select values from. */
const one = sql`(select 1) one`

let server: TestPostgres
let url = ''
let reference: Database
const opened: Database[] = []

beforeAll(async () => {
  server = await startPostgres()
  url = server.url
  const admin = postgres(url, { max: 1 })
  await admin.unsafe(ddl())
  await admin.end()
  reference = theirs(url)
  opened.push(reference)
  await reference.insert(every).values(full)
  // Of a text that is JSON once more Drizzle makes what that says, as drivers have made it a text already.
  const unread = { json: null, jsonb: null }
  for (const row of odd)
    await reference.insert(every).values('json' in row && typeof row.json === 'string' ? { ...row, ...unread } : row)
  await reference
    .insert(lists)
    .values([fullLists, {}, Object.fromEntries(Object.keys(fullLists).map((name) => [name, []]))])
  await reference
    .insert(authors)
    .values([
      { name: 'Ada', born: new Date('1815-12-10'), meta: { a: [1, { b: null }] } },
      { name: 'Émile' },
      { name: "O'Brien", meta: {} },
    ])
  await reference.insert(books).values([
    { author: 1, title: 'Notes', price: '12.5', printed: new Date('1843-09-01T00:00:00Z'), tags: ['a', 'b c'] },
    { author: 1, title: 'Letters', tags: [] },
    { author: 2, title: 'Germinal', price: '0.99' },
  ])
}, 60_000)

afterAll(async () => {
  for (const db of opened) await db.$client.end({ timeout: 1 })
  await server?.stop()
})

/** What JSON has of rows. */
const json = (rows: unknown): unknown =>
  JSON.parse(JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))

describe.each(paths)('by $name', (path) => {
  let db: Database
  let app: ReturnType<typeof appOn>
  const names = Object.keys(selections) as Array<keyof typeof selections>

  beforeAll(() => {
    db = path.open(url)
    opened.push(db)
    app = appOn(path, (app) => {
      for (const [at, name] of names.entries()) {
        app.get(`/many/${at}`, query(selections[name](db)))
        app.get(`/one/${at}`, query.one(selections[name](db)))
      }
      const value = z.object({ v: z.string() })
      const given = (from: typeof param.path | typeof claim) =>
        query.one(db.select({ v: sql<string>`${from('v')}::text` }).from(one))
      app.get('/echo/path/:v', given(param.path))
      app.get('/echo/query', { query: value }, given(param.query))
      app.get('/echo/claim', { auth }, given(claim))
      app.post('/echo/body', { body: value }, given(param.body))
      app.post(
        '/echo/json',
        { body: z.object({ v: z.unknown().optional() }), status: 201 },
        query.one(
          db
            .insert(every)
            .values({ jsonb: param.body('v', { optional: true }), json: param.body('v', { optional: true }) })
            .returning({ json: every.json, jsonb: every.jsonb }),
        ),
      )
      app.post(
        '/dates',
        { body: z.object({ at: z.string() }) },
        query.one(
          db
            .insert(every)
            .values({
              stamp: param.body('at'),
              stampZoned: param.body('at'),
              date: param.body('at'),
              dateText: param.body('at'),
            })
            .returning({
              stamp: every.stamp,
              stampZoned: every.stampZoned,
              date: every.date,
              dateText: every.dateText,
            }),
        ),
      )
      const nulls = {
        never: sql`'infinity'::timestamp`.mapWith(every.stamp),
        flags: sql`array[true, null]`,
        ints: sql`array[1, null]`.mapWith(lists.int4),
        tags: sql`'{{a,NULL,"NULL"},{"",b,NULL}}'::text[]`.mapWith(lists.texts),
      }
      app.get('/nulls', query.one(db.select(nulls).from(one)))
      app.get(
        '/typed',
        {
          query: z.object({
            int: z.int(),
            float: z.number().default(1.5),
            flag: z.boolean(),
            gone: z.string().optional(),
          }),
        },
        query.one(
          db
            .select({
              int: sql`${param.query('int')}::int8`,
              float: sql`${param.query('float')}::float8`,
              flag: sql`${param.query('flag')}::bool`,
              gone: sql`${param.query('gone', { optional: true })}::text`,
            })
            .from(one),
        ),
      )
    })
  })

  afterAll(() => app.close())

  it.each(names.map((name, at) => [name, at] as const))('answers with %s', async (name, at) => {
    const expected = json(await selections[name](reference)) as unknown[]
    const many = await app.inject({ url: `/many/${at}` })
    expect([many.status, many.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(many.json()).toStrictEqual(expected)
    const one = await app.inject({ url: `/one/${at}` })
    if (expected.length > 0) expect(one.json()).toStrictEqual(expected[0])
    else expect(one.json()).toMatchObject({ status: 404, code: 'not-found', detail: 'There is no such row' })
  })

  // The package postgres reads NULL in arrays as the text 'NULL', and Drizzle the timestamp 'infinity' as a day in the year 2000.
  const readsWell = async (): Promise<void> => {
    const answer = await app.inject({ url: '/nulls' })
    expect(answer.json()).toStrictEqual({
      never: null,
      flags: [true, null],
      ints: [1, null],
      tags: [
        ['a', null, 'NULL'],
        ['', 'b', null],
      ],
    })
  }
  if (path.open !== theirs) it('answers with what others misread', readsWell)

  it.each(hostile.map((text) => [text.slice(0, 30), text]))(
    'takes %j as a value, wherever it comes from',
    async (_, text) => {
      const encoded = encodeURIComponent(text)
      const answers = [
        await app.inject({ url: `/echo/query?v=${encoded}` }),
        await app.inject({ url: '/echo/claim', headers: { authorization: bearer({ ...good, v: text }) } }),
        await app.inject({ method: 'POST', url: '/echo/body', json: { v: text } }),
        // An empty segment is another path.
        ...(text === '' ? [] : [await app.inject({ url: `/echo/path/${encoded}` })]),
      ]
      for (const answer of answers) expect(answer.json()).toStrictEqual({ v: text })
    },
  )

  it.each([
    { v: 'text' },
    { v: '"' },
    { v: 1.5 },
    { v: true },
    { v: [1, 'a', null] },
    { v: { a: { b: "'" } } },
    { v: null },
    {},
  ])('writes %j into columns of JSON', async (body) => {
    const answer = await app.inject({ method: 'POST', url: '/echo/json', json: body })
    const { v = null } = body as { v?: unknown }
    expect([answer.status, answer.json()]).toStrictEqual([201, { json: v, jsonb: v }])
  })

  it.each([
    ['2024-01-02T03:04:05.678Z', '2024-01-02T03:04:05.678Z', '2024-01-02T03:04:05.678Z', '2024-01-02'],
    // A column without a time zone has what the text says.
    ['2024-01-02T03:04:05+02:00', '2024-01-02T03:04:05.000Z', '2024-01-02T01:04:05.000Z', '2024-01-02'],
    ['1999-12-31', '1999-12-31T00:00:00.000Z', '1999-12-31T00:00:00.000Z', '1999-12-31'],
  ])('writes the date %s', async (at, stamp, stampZoned, dateText) => {
    const answer = await app.inject({ method: 'POST', url: '/dates', json: { at } })
    expect(answer.json()).toStrictEqual({ stamp, stampZoned, date: `${dateText}T00:00:00.000Z`, dateText })
  })

  it('refuses a text that is no date', async () => {
    const answer = await app.inject({ method: 'POST', url: '/dates', json: { at: 'someday' } })
    expect(answer.json()).toMatchObject({ status: 422, code: 'validation-failed' })
  })

  it.each([
    ['int=9007199254740991&flag=true', { int: '9007199254740991', float: 1.5, flag: true, gone: null }],
    ['int=-1&float=1e21&flag=false&gone=', { int: '-1', float: 1e21, flag: false, gone: '' }],
    ['int=0&float=-0.25&flag=true&gone=a', { int: '0', float: -0.25, flag: true, gone: 'a' }],
  ])('binds what a schema makes of %s', async (search, expected) => {
    const answer = await app.inject({ url: `/typed?${search}` })
    expect(answer.json()).toStrictEqual(expected)
  })

  it(`enters JavaScript for ${path.isEntered ? 'each of them' : 'none of them'}`, async () => {
    const before = app.stats().javascriptCalls
    await app.inject({ url: '/many/0' })
    await app.inject({ url: '/one/0' })
    expect(app.stats().javascriptCalls - before).toBe(path.isEntered ? 2 : 0)
  })
})
