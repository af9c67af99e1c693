import { join } from 'node:path'
import { inspect } from 'node:util'
import { asc, count, desc, eq, gt, inArray, like, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { native } from '../../src/postgres/index.ts'
import { full, fullLists, odd } from './rows.ts'
import * as schema from './schema.ts'
import { startPostgres, type TestPostgres } from './server.ts'

const { authors, books, every, lists } = schema

function open(url: string) {
  return drizzle(postgres(url, { max: 3, onnotice: () => undefined }), { schema })
}

type Database = ReturnType<typeof open>

/** Each client has a database of its own with the same content, so that also the numbers of rows are the same. */
let server: TestPostgres
let theirs: Database
let ours: Database

beforeAll(async () => {
  server = await startPostgres()
  const admin = postgres(server.url, { max: 1 })
  const urls = []
  for (const name of ['theirs', 'ours']) {
    await admin.unsafe(`create database ${name}`)
    const url = server.url.replace(/postgres$/, name)
    const setup = postgres(url, { max: 1 })
    await setup.unsafe(schema.ddl())
    await setup.end()
    urls.push(url)
  }
  await admin.end()
  const [theirUrl = '', ourUrl = ''] = urls
  theirs = open(theirUrl)
  ours = drizzle(native(ourUrl, { max: 3 }), { schema })
}, 60_000)

afterAll(async () => {
  await theirs?.$client.end({ timeout: 1 })
  await ours?.$client.end({ timeout: 1 })
  await server?.stop()
})

/** Results without what their classes add, and errors as what they tell of the database. */
function plain(value: unknown): unknown {
  if (value instanceof Error) {
    const { name, message, code, detail, hint, severity, position, where, cause } = value as Error &
      Record<string, unknown>
    const { constraint_name, table_name, column_name, schema_name } = value as Error & Record<string, unknown>
    const told = {
      code,
      detail,
      hint,
      severity,
      position,
      where,
      constraint_name,
      table_name,
      column_name,
      schema_name,
    }
    return { name, message, ...told, cause: plain(cause) }
  }
  if (!Array.isArray(value)) return value
  const items = Array.from(value, plain)
  return value.constructor === Array
    ? items
    : { items, count: (value as { count?: unknown }).count, command: (value as { command?: unknown }).command }
}

async function outcome(run: () => Promise<unknown>): Promise<{ value: unknown } | { error: unknown }> {
  try {
    return { value: plain(await run()) }
  } catch (error) {
    return { error: plain(error) }
  }
}

type Run = (db: Database) => Promise<unknown>

async function compare(run: Run, expected: 'value' | 'error'): Promise<void> {
  const [reference, own] = [await outcome(() => run(theirs)), await outcome(() => run(ours))]
  expect(Object.keys(reference), inspect(reference)).toEqual([expected])
  expect(own).toStrictEqual(reference)
}

/** The same is done through both clients, and gives the same. */
const same = (title: string, run: Run): void => it(title, () => compare(run, 'value'))

/** The same is done through both clients, and fails in the same way. */
const sameFailure = (title: string, run: Run): void => it(title, () => compare(run, 'error'))

describe('values of every type', () => {
  same('are inserted and returned', (db) => db.insert(every).values(full).returning())
  for (const [index, values] of odd.entries()) {
    same(`and those at their ends, ${index}: ${Object.keys(values).join(', ')}`, (db) =>
      db.insert(every).values(values).returning(),
    )
  }
  same('are selected', (db) => db.select().from(every).orderBy(asc(every.id)))
  same('are found by the relational query', (db) => db.query.every.findMany({ orderBy: asc(every.id) }))
  same('are found by their value', async (db) => {
    const found = []
    for (const [name, value] of Object.entries(full)) {
      // These have no equality.
      if (['json', 'xml', 'point', 'pointXy', 'line', 'lineAbc', 'box'].includes(name)) continue
      const column = every[name as keyof typeof full]
      found.push([
        name,
        await db
          .select({ id: every.id })
          .from(every)
          .where(eq(column, value as never)),
      ])
    }
    return found
  })
  same('are updated', (db) =>
    db
      .update(every)
      .set({ ...full, text: 'again' })
      .where(eq(every.id, 2))
      .returning(),
  )
  same('are read by raw SQL', (db) => db.execute(sql`select * from ${every} order by id`))
  same('are read by a prepared statement, twice', async (db) => {
    const find = db
      .select()
      .from(every)
      .where(eq(every.id, sql.placeholder('id')))
      .prepare('find')
    return [await find.execute({ id: 1 }), await find.execute({ id: 3 }), await find.execute({ id: 99_999 })]
  })
})

describe('arrays', () => {
  same('are inserted and returned', (db) => db.insert(lists).values(fullLists).returning())
  same('may be empty or missing', (db) =>
    db
      .insert(lists)
      .values([{}, Object.fromEntries(Object.keys(fullLists).map((name) => [name, []]))])
      .returning(),
  )
  same('are selected', (db) => db.select().from(lists).orderBy(asc(lists.id)))
  same('are found by the relational query', (db) => db.query.lists.findMany({ orderBy: asc(lists.id) }))
  same('are read by raw SQL', (db) => db.execute(sql`select * from ${lists} order by id`))
  same('of bytes, boxes, ranges, records and names are read by raw SQL', (db) =>
    db.execute(sql`select array['\\x00ff'::bytea, ''] a, array['(1,1),(0,0)'::box, '(3,3),(2,2)'] b, array['[1,2)'::int4range, 'empty'] c,
      array[row(1, 'a b')] d, array['a'::name] e, array['12.50'::money] f, '1 2 3'::int2vector g, array[1.5::real] h, '{[1,2)}'::int4multirange i`),
  )
  same('of a type that was made a moment ago are read', async (db) => {
    await db.execute(sql`create type late as enum ('x y', 'z')`)
    return db.execute(sql`select 'z'::late one`)
  })
})

describe('tables that refer to each other', () => {
  same('take many rows at once', (db) =>
    db
      .insert(authors)
      .values([
        { name: 'Ada', born: new Date('1815-12-10'), meta: { a: [1, { b: null }] } },
        { name: 'Émile' },
        { name: "O'Brien", meta: {} },
      ])
      .returning({ id: authors.id, name: authors.name, meta: authors.meta }),
  )
  same('refuse nothing that is there already, if asked to', (db) =>
    db
      .insert(authors)
      .values({ name: 'Ada' })
      .onConflictDoUpdate({ target: authors.name, set: { meta: { again: true } } })
      .returning(),
  )
  same('give no rows when they are not asked for', (db) =>
    db.insert(books).values([
      { author: 1, title: 'Notes', price: '12.5', printed: new Date('1843-09-01T00:00:00Z'), tags: ['a', 'b c'] },
      { author: 1, title: 'Letters', tags: [] },
      { author: 2, title: 'Germinal', price: '0.99' },
    ]),
  )
  same('are joined', (db) =>
    db.select().from(authors).leftJoin(books, eq(books.author, authors.id)).orderBy(asc(authors.id), asc(books.id)),
  )
  same('are joined by columns of one name', (db) =>
    db.execute(sql`select a.id, b.id, a.name, b.title from authors a join books b on b.author = a.id order by b.id`),
  )
  same('are found with what belongs to them', (db) =>
    db.query.authors.findMany({
      with: { books: { with: { writer: true }, orderBy: desc(books.title) } },
      orderBy: asc(authors.id),
    }),
  )
  same('are found one at a time', (db) =>
    db.query.books.findFirst({ where: like(books.title, 'No%'), with: { writer: { columns: { name: true } } } }),
  )
  same('are not found', (db) => db.query.books.findFirst({ where: eq(books.id, -1) }))
  same('are counted', (db) => db.$count(books))
  same('are grouped', (db) =>
    db
      .select({ author: books.author, n: count(), sum: sql`sum(price)` })
      .from(books)
      .groupBy(books.author)
      .orderBy(books.author),
  )
  same('are selected by a list', (db) =>
    db
      .select()
      .from(books)
      .where(inArray(books.id, [1, 3]))
      .orderBy(books.id),
  )
  same('are selected by a subquery and a common table expression', async (db) => {
    const dear = db.$with('dear').as(db.select().from(books).where(gt(books.price, '1')))
    return db.with(dear).select().from(dear)
  })
  same('are deleted', (db) => db.delete(books).where(eq(books.title, 'Letters')).returning())
  same('are deleted without a word', (db) => db.delete(books).where(eq(books.id, 99)))
})

describe('raw SQL', () => {
  same('takes parameters of every kind', (db) =>
    db.execute(
      sql`select ${1}::int a, ${'x'}::text b, ${true}::boolean c, ${null}::text d, ${12n}::bigint e, ${1.5}::numeric f, ${'{"a":1}'}::jsonb g`,
    ),
  )
  same('gives dates as text, as Drizzle reads them', (db) =>
    db.execute(
      sql`select '2024-01-02'::date a, '2024-01-02 03:04'::timestamp b, '2024-01-02 03:04+00'::timestamptz c, array['2024-01-02'::date] d`,
    ),
  )
  same('gives columns without a name, of one name and with a strange one', (db) =>
    db.execute(sql.raw(`select 1, 2, 'a' as "x", 'b' as "x", 4 as "a.b", 5 as "constructor", 6 as "1", 7 as "0"`)),
  )
  same('has a result without rows or columns', (db) => db.execute(sql`select from authors`))
  same('changes the schema', (db) => db.execute(sql`create table made (a int)`))
  same('shows settings', (db) => db.execute(sql`show server_encoding`))
  same('takes several statements that give rows', (db) =>
    db.execute(sql.raw(`select 1 as a; select 'x;y' as b, null as c`)),
  )
  same('takes a semicolon in a text', (db) => db.execute(sql.raw(`select 'a;b' as a`)))
  same('takes a comment', (db) => db.execute(sql.raw('/* a; */ select 1 as a -- b')))
  same('gives large results', (db) =>
    db.execute(sql`select i, repeat('é', 100) t, i % 7 = 0 b, i * 1.5 n from generate_series(1, 5000) i`),
  )
  same('sees columns that came since it was prepared', async (db) => {
    const read = () => db.execute(sql`select * from made where ${1}::int = 1`)
    await db.execute(sql`insert into made values (1)`)
    const before = await read()
    await db.execute(sql`alter table made add column b text default 'new'`)
    return [before, await read()]
  })
})

describe('migrations', () => {
  same('are applied once, statement by statement', async (db) => {
    const migrationsFolder = join(import.meta.dirname, 'migrations')
    await migrate(db, { migrationsFolder })
    await migrate(db, { migrationsFolder })
    const applied = await db.execute(sql`select id, hash, created_at from drizzle.__drizzle_migrations`)
    return [applied, await db.execute(sql`select id, note, sizes::text from migrated order by id`)]
  })
})

describe('transactions', () => {
  const names = (db: Pick<Database, 'select'>) => db.select({ name: authors.name }).from(authors).orderBy(authors.id)

  same('are committed', async (db) => {
    const value = await db.transaction(async (tx) => {
      await tx.insert(authors).values({ name: 'committed' })
      return names(tx)
    })
    return [value, await names(db)]
  })
  sameFailure('are rolled back when the function throws', (db) =>
    db.transaction(async (tx) => {
      await tx.insert(authors).values({ name: 'thrown' })
      throw new Error('no')
    }),
  )
  sameFailure('are rolled back when asked to', (db) =>
    db.transaction(async (tx) => {
      await tx.insert(authors).values({ name: 'rolled back' })
      tx.rollback()
    }),
  )
  sameFailure('are rolled back when a statement fails', (db) =>
    db.transaction(async (tx) => {
      await tx.insert(authors).values({ name: 'not alone' })
      await tx.insert(authors).values({ name: 'Ada' })
    }),
  )
  sameFailure('are rolled back even if the failure was caught', (db) =>
    db.transaction(async (tx) => {
      await tx
        .insert(authors)
        .values({ name: 'Ada' })
        .catch(() => undefined)
      return 'done'
    }),
  )
  sameFailure('tell the first failure, not that it ended the transaction', (db) =>
    db.transaction(async (tx) => {
      await tx
        .insert(authors)
        .values({ name: 'Ada' })
        .catch(() => undefined)
      await tx.select().from(authors)
    }),
  )
  same('have savepoints', (db) =>
    db.transaction(async (tx) => {
      await tx.insert(authors).values({ name: 'outer' })
      const inner = await tx.transaction(async (nested) => {
        await nested.insert(authors).values({ name: 'inner' })
        return names(nested)
      })
      const failed = await tx
        .transaction(async (nested) => {
          await nested.insert(authors).values({ name: 'lost' })
          await nested.transaction(async (deeper) => deeper.insert(authors).values({ name: 'deeper' }))
          await nested.insert(authors).values({ name: 'Ada' })
        })
        .catch((error: unknown) => plain(error))
      return [inner, failed, await names(tx)]
    }),
  )
  same('have modes', (db) =>
    db.transaction(
      async (tx) => [
        await tx.execute(sql`show transaction_isolation`),
        await tx.execute(sql`show transaction_read_only`),
      ],
      { isolationLevel: 'serializable', accessMode: 'read only', deferrable: true },
    ),
  )
  sameFailure('refuse to write when they are to read', (db) =>
    db.transaction((tx) => tx.insert(authors).values({ name: 'no' }), { accessMode: 'read only' }),
  )
  sameFailure('fail at their end by constraints that wait for it', async (db) => {
    await db.execute(
      sql`create table deferred (a int, constraint deferred_key unique (a) deferrable initially deferred)`,
    )
    await db.transaction(async (tx) => {
      await tx.execute(sql`insert into deferred values (1), (1)`)
    })
  })
  same('take a list of promises', async (db) =>
    db.$client.begin((client) => [client.unsafe('select 1 as a'), client.unsafe('select $1::int as b', [2])]),
  )
  same('run beside each other', (db) =>
    Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        db.transaction(async (tx) => {
          await tx.execute(sql`select pg_sleep(0.01)`)
          return tx.execute(sql`select ${at}::int as at`)
        }),
      ),
    ),
  )
  same('leave nothing behind of what failed', (db) => names(db))
})

describe('failures', () => {
  sameFailure('of a unique constraint', (db) => db.insert(authors).values({ name: 'Ada' }))
  sameFailure('of a constraint of two columns', (db) => db.insert(books).values({ author: 1, title: 'Notes' }))
  sameFailure('of a reference', (db) => db.insert(books).values({ author: 999, title: 'x' }))
  sameFailure('of a missing value', (db) => db.insert(authors).values({ name: sql`null` }))
  sameFailure('of a text that is too long', (db) => db.insert(books).values({ author: 1, title: 'x'.repeat(41) }))
  sameFailure('of a number that is too large', (db) => db.insert(every).values({ int4: 2 ** 40 }))
  sameFailure('of syntax', (db) => db.execute(sql`selec ${1}`))
  sameFailure('of syntax without parameters', (db) => db.execute(sql`select * frm x`))
  sameFailure('of a table that is not there', (db) => db.execute(sql`select * from nothing`))
  sameFailure('of a column that is not there', (db) => db.execute(sql`select nme from authors where id = ${1}`))
  sameFailure('of a value that does not fit its type', (db) => db.execute(sql`select ${'x'}::int`))
  sameFailure('of a division by zero', (db) => db.execute(sql`select 1 / ${0}::int`))
  sameFailure('in a function, with where and a hint', (db) =>
    db.execute(
      sql`do $$ begin raise exception 'own' using errcode = 'AB123', hint = 'a hint', detail = 'a detail'; end $$`,
    ),
  )
  sameFailure('of one of several statements', (db) => db.execute(sql.raw('select 1; select nothing; select 2')))
  same('spoil nothing that comes after them', (db) => db.select().from(authors).where(eq(authors.id, 1)))
})
