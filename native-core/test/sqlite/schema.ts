import { relations, sql } from 'drizzle-orm'
import { blob, customType, integer, numeric, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'

const upper = customType<{ data: string; driverData: string }>({ dataType: () => 'text' })

/** Every type of column that Drizzle has for SQLite. */
export const every = sqliteTable('every', {
  id: integer().primaryKey({ autoIncrement: true }),
  int: integer(),
  flag: integer({ mode: 'boolean' }),
  at: integer({ mode: 'timestamp' }),
  atMs: integer('at_ms', { mode: 'timestamp_ms' }),
  real: real(),
  text: text(),
  kind: text({ enum: ['a', 'b'] }),
  json: text({ mode: 'json' }),
  numeric: numeric(),
  numericNumber: numeric('numeric_number', { mode: 'number' }),
  numericBig: numeric('numeric_big', { mode: 'bigint' }),
  custom: upper(),
  bytes: blob({ mode: 'buffer' }),
  big: blob({ mode: 'bigint' }),
  blobJson: blob('blob_json', { mode: 'json' }),
})

export const authors = sqliteTable('authors', {
  id: integer().primaryKey(),
  name: text().notNull().unique(),
  born: integer({ mode: 'timestamp' }),
})

export const books = sqliteTable('books', {
  id: integer().primaryKey(),
  author: integer()
    .notNull()
    .references(() => authors.id),
  title: text().notNull(),
  price: real(),
  isSold: integer('is_sold', { mode: 'boolean' }).notNull().default(false),
})

export const tags = sqliteTable('tags', { book: integer().notNull(), tag: text().notNull() }, (table) => [
  primaryKey({ columns: [table.book, table.tag] }),
])

export const authorRelations = relations(authors, ({ many }) => ({ books: many(books) }))
export const bookRelations = relations(books, ({ one }) => ({
  writer: one(authors, { fields: [books.author], references: [authors.id] }),
}))

export const ddl = `
  create table every (id integer primary key autoincrement, int integer, flag integer, at integer, at_ms integer, real real, text text,
    kind text, json text, numeric numeric, numeric_number numeric, numeric_big numeric, custom text, bytes blob, big blob, blob_json blob);
  create table authors (id integer primary key, name text not null unique, born integer);
  create table books (id integer primary key, author integer not null references authors(id), title text not null,
    price real check (price > 0), is_sold integer not null default 0);
  create table tags (book integer not null, tag text not null, primary key (book, tag)) without rowid;
`

/** Rows of values that are easy to get wrong. */
export const rows: Array<typeof every.$inferInsert> = [
  {
    ...{ int: 7, flag: true, at: new Date('2024-02-29T12:00:00Z'), atMs: new Date('2024-02-29T12:00:00.123Z') },
    ...{ real: 1.5, text: 'a"b\\c\n\t\u0001é 日本 😀 \u2028', kind: 'a', json: { b: [1, null, 'x'], a: -0.5 } },
    ...{ numeric: '12.50', numericNumber: 1.25, numericBig: 12n, custom: 'Custom' },
    ...{ bytes: Buffer.from([0, 1, 255]), big: 9_223_372_036_854_775_807n, blobJson: { a: 1 } },
  },
  {},
  {
    ...{ int: -9_007_199_254_740_991, flag: false, at: new Date(-1000), atMs: new Date(-1), real: -0.1 },
    ...{ text: '', json: [], numeric: '-7', numericNumber: -0.5, numericBig: -3n, custom: '' },
  },
  { int: 9_007_199_254_740_991, real: 1e21, text: '0', json: 'text', at: new Date(8_640_000_000_000_000) },
  { int: 0, real: 5e-324, text: '{"a":1}', json: 0, numericNumber: 1e100, at: new Date(0), atMs: new Date(0) },
  { real: 123_456_789.123_456_78, json: null, numeric: '0', custom: 'null' },
]

/** What a column may hold although its type says otherwise: SQLite keeps values, not columns, of a type. */
export const odd = sql`insert into every (int, flag, at, at_ms, real, text, json, numeric, numeric_number, custom) values
  (1.5, 2, 1.5, 1.9, 'no number', 5, '{ "spaced" : [1, 2] }', 'abc', '7', 3),
  ('text', 0.0, 253402300800, 8640000000000001, 1e999, 1.25, '1e2', 1e300, 2.0, 4.5),
  (null, 1.0, -62167219200, -62198755200001, -0.0, '5', 'true', 12345678901, '1.50', x'')`
