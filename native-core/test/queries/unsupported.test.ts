import { param, query } from '@bolt-app/core/drizzle'
import { native } from '@bolt-app/core/postgres'
import { eq, relations, sql } from 'drizzle-orm'
import {
  customType,
  geometry,
  integer,
  jsonb,
  line,
  pgTable,
  point,
  serial,
  text,
  timestamp,
  uuid,
  vector,
} from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { describe, expect, it } from 'vitest'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const upper = customType<{ data: string }>({
  dataType: () => 'text',
  fromDriver: (value) => String(value).toUpperCase(),
})
const lower = customType<{ data: string }>({ dataType: () => 'text', toDriver: (value) => value.toLowerCase() })

const places = pgTable('places', {
  id: serial().primaryKey(),
  at: point(),
  edge: line({ mode: 'abc' }),
  area: geometry(),
  likeness: vector({ dimensions: 3 }),
  photo: bytes(),
  loud: upper(),
  quiet: lower(),
  rooms: upper().array(),
  meta: jsonb(),
  tags: text().array(),
})
const things = pgTable('things', {
  id: uuid()
    .primaryKey()
    .$defaultFn(() => crypto.randomUUID()),
  place: integer(),
  changed: timestamp().$onUpdateFn(() => new Date()),
  counted: integer().$onUpdateFn(() => sql`counted + 1`),
})
const thingsRelations = relations(things, ({ one }) => ({
  home: one(places, { fields: [things.place], references: [places.id] }),
}))

const schema = { places, things, thingsRelations }
/** Neither connects before it is asked. */
const ours = drizzle(native('postgres://nobody@127.0.0.1:1/none'), { schema })
const theirs = drizzle.mock({ schema })

type Database = typeof ours
const selecting = (field: unknown) => (db: Database) =>
  query(db.select({ field: field as typeof places.id }).from(places))

describe('a query of a native client is refused when Rust cannot tell its rows', () => {
  it.each([
    ['a point', selecting(places.at), "'field' is a PgPointTuple, which Rust does not read"],
    ['a line', selecting(places.edge), "'field' is a PgLineABC, which Rust does not read"],
    ['a geometry', selecting(places.area), "'field' is a PgGeometry, which Rust does not read"],
    ['a vector', selecting(places.likeness), "'field' is a PgVector, which Rust does not read"],
    ['bytes', selecting(places.photo), "'field' is of the custom type 'bytea', which has no form in JSON of its own"],
    [
      'a custom type that is decoded',
      selecting(places.loud),
      "'field' is of the custom type 'text', which a function of yours reads (fromDriver)",
    ],
    [
      'an array of one',
      selecting(places.rooms),
      "'field' is of the custom type 'text', which a function of yours reads (fromDriver)",
    ],
    ['a decoder', selecting(sql`1`.mapWith((value) => value + 1)), "'field' is read by a function of yours (mapWith)"],
    [
      'a relational query',
      (db: Database) => query(db.query.things.findMany({ with: { home: true } })),
      'the rows of a relational query (db.query) are put together by Drizzle',
    ],
    [
      'an object in an object',
      (db: Database) => query(db.select({ a: { b: { c: places.id } } } as never).from(places)),
      "'a.b.c' lies 2 objects deep, which Rust does not build",
    ],
    [
      'a joined object that begins with an expression',
      (db: Database) =>
        query(
          db
            .select({ place: { n: sql`1`, id: places.id }, id: things.id })
            .from(things)
            .leftJoin(places, eq(things.place, places.id)),
        ),
      "'place.id' says whether 'place' is null, and is selected after 'place.n'",
    ],
    [
      'a joined object that begins with JSON',
      (db: Database) =>
        query(
          db
            .select({ place: { meta: places.meta }, id: things.id })
            .from(things)
            .leftJoin(places, eq(things.place, places.id)),
        ),
      "'place.meta' says whether 'place' is null, and is JSON",
    ],
  ] as const)('%s', (_, make, what) => {
    expect(() => make(ours)).toThrow(
      expect.objectContaining({ code: 'unsupported-query', message: expect.stringContaining(what) }),
    )
    // Other clients are asked through Drizzle, which reads it.
    expect(() => make(theirs as unknown as Database)).not.toThrow()
  })
})

describe('a query of a native client is refused when Rust cannot bind its values', () => {
  it.each([
    ['for an array', 'tags', "the body value 'v' is for the PgArray 'tags'"],
    ['for a point', 'at', "the body value 'v' is for the PgPointTuple 'at'"],
    ['for a custom type that is encoded', 'quiet', "the body value 'v' is for the PgCustomColumn 'quiet'"],
  ] as const)('%s', (_, column, what) => {
    const make = (db: Database) =>
      query(
        db
          .insert(places)
          .values({ [column]: param.body('v') })
          .returning({ id: places.id }),
      )
    expect(() => make(ours)).toThrow(what)
    expect(() => make(theirs as unknown as Database)).not.toThrow()
  })

  it('that are none', () => {
    expect(() =>
      query(
        ours
          .select({ id: places.id })
          .from(places)
          .where(sql`id = ${undefined} or id = ${() => 1}`),
      ),
    ).toThrow(/the value of \$\d cannot be written down, in "select "id" from "places"/)
  })
})

describe('a query is refused whatever its client', () => {
  it.each([
    [
      'without rows',
      (db: Database) => query(db.insert(places).values({})),
      'it gives no rows, in "insert into "places"',
    ],
    [
      'that Drizzle does not prepare',
      (db: Database) => query(db.execute(sql`select 1`) as never),
      'is not a query that Drizzle prepares',
    ],
    ['that is a count', (db: Database) => query(db.$count(places) as never), 'db.select({ n: count() })'],
    [
      'that is none',
      () => query(undefined as never),
      'query(): what is undefined is not a query that Drizzle prepares',
    ],
    [
      'with a placeholder of its own',
      (db: Database) => query(db.select({ id: places.id }).from(places).limit(sql.placeholder('n'))),
      "the placeholder 'n' is one of your own",
    ],
    [
      'that inserts what a function made',
      (db: Database) => query(db.insert(things).values({ place: 1 }).returning()),
      "the column 'id' has a $defaultFn, which would be called once and not for each request",
    ],
    [
      'that inserts what an update function made',
      (db: Database) => query(db.insert(things).values({ id: 'x' }).returning()),
      "the column 'changed' has a $onUpdateFn",
    ],
    [
      'that updates to what a function made',
      (db: Database) => query(db.update(things).set({ place: 1 }).returning()),
      "the column 'changed' has a $onUpdateFn",
    ],
    [
      'that updates on conflict to what a function made',
      (db: Database) =>
        query(
          db
            .insert(things)
            .values({ id: 'x', changed: null })
            .onConflictDoUpdate({ target: things.id, set: { place: 1 } })
            .returning(),
        ),
      "the column 'changed' has a $onUpdateFn",
    ],
  ] as const)('%s', (_, make, what) => {
    for (const db of [ours, theirs as unknown as Database]) {
      expect(() => make(db)).toThrow(
        expect.objectContaining({ code: 'unsupported-query', message: expect.stringContaining(what) }),
      )
    }
  })

  it('but not when the values of such columns are given', () => {
    for (const db of [ours, theirs as unknown as Database]) {
      query(
        db
          .insert(things)
          .values({ id: param.body('id'), place: 1, changed: null, counted: 0 })
          .returning(),
      )
      query(
        db
          .update(things)
          .set({ changed: param.body('changed') })
          .returning(),
      )
      query(db.insert(things).values({ id: 'x', changed: null }).onConflictDoNothing().returning())
    }
  })
})
