import { relations } from 'drizzle-orm'
import {
  bigint,
  bit,
  boolean,
  char,
  cidr,
  customType,
  date,
  doublePrecision,
  inet,
  integer,
  interval,
  json,
  jsonb,
  line,
  macaddr,
  macaddr8,
  numeric,
  pgEnum,
  pgTable,
  point,
  real,
  serial,
  smallint,
  text,
  time,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const mood = pgEnum('mood', ['sad', 'so so', '"quoted", \\ é'])

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const range = (name: string) => customType<{ data: string }>({ dataType: () => name })()

/** A column of every type that Drizzle knows and PostgreSQL has without extensions, in each of its modes. */
export const every = pgTable('every', {
  id: serial().primaryKey(),
  bool: boolean(),
  int2: smallint(),
  int4: integer(),
  int8Number: bigint({ mode: 'number' }),
  int8: bigint({ mode: 'bigint' }),
  float4: real(),
  float8: doublePrecision(),
  decimal: numeric(),
  decimalNumber: numeric({ mode: 'number' }),
  decimalBigint: numeric({ mode: 'bigint' }),
  decimalScaled: numeric({ precision: 20, scale: 4 }),
  text: text(),
  varchar: varchar({ length: 20 }),
  char: char({ length: 5 }),
  uuid: uuid(),
  mood: mood(),
  json: json(),
  jsonb: jsonb(),
  bytes: bytea(),
  date: date({ mode: 'date' }),
  dateText: date({ mode: 'string' }),
  time: time(),
  timeZoned: time({ withTimezone: true }),
  stamp: timestamp({ mode: 'date' }),
  stampText: timestamp({ mode: 'string' }),
  stampZoned: timestamp({ withTimezone: true, mode: 'date' }),
  stampZonedText: timestamp({ withTimezone: true, mode: 'string', precision: 6 }),
  interval: interval(),
  inet: inet(),
  cidr: cidr(),
  mac: macaddr(),
  mac8: macaddr8(),
  bits: bit({ dimensions: 4 }),
  point: point(),
  pointXy: point({ mode: 'xy' }),
  line: line(),
  lineAbc: line({ mode: 'abc' }),
  int4range: range('int4range'),
  numrange: range('numrange'),
  tstzrange: range('tstzrange'),
  int4multirange: range('int4multirange'),
  box: range('box'),
  tsvector: range('tsvector'),
  xml: range('xml'),
  money: range('money'),
})

/** Arrays of what `every` has. */
export const lists = pgTable('lists', {
  id: serial().primaryKey(),
  bool: boolean().array(),
  int2: smallint().array(),
  int4: integer().array(),
  matrix: integer().array().array(),
  int8: bigint({ mode: 'bigint' }).array(),
  float8: doublePrecision().array(),
  decimal: numeric().array(),
  text: text().array(),
  texts: text().array().array(),
  varchar: varchar({ length: 20 }).array(),
  uuid: uuid().array(),
  mood: mood().array(),
  jsonb: jsonb().array(),
  date: date({ mode: 'date' }).array(),
  dateText: date().array(),
  time: time().array(),
  stamp: timestamp({ mode: 'date' }).array(),
  stampZoned: timestamp({ withTimezone: true, mode: 'date' }).array(),
  stampZonedText: timestamp({ withTimezone: true, mode: 'string' }).array(),
  interval: interval().array(),
  inet: inet().array(),
  point: point().array(),
})

export const authors = pgTable('authors', {
  id: serial().primaryKey(),
  name: text().notNull().unique('authors_name_key'),
  born: date({ mode: 'date' }),
  meta: jsonb().$type<Record<string, unknown>>(),
})

export const books = pgTable(
  'books',
  {
    id: serial().primaryKey(),
    author: integer()
      .notNull()
      .references(() => authors.id, { onDelete: 'cascade' }),
    title: varchar({ length: 40 }).notNull(),
    price: numeric({ precision: 10, scale: 2 }),
    printed: timestamp({ withTimezone: true }),
    tags: text().array(),
  },
  (table) => [unique('books_of_author').on(table.author, table.title)],
)

export const authorsRelations = relations(authors, ({ many }) => ({ books: many(books) }))
export const booksRelations = relations(books, ({ one }) => ({
  writer: one(authors, { fields: [books.author], references: [authors.id] }),
}))

/** What a migration would make of the tables above. */
export function ddl(): string {
  return `
    create type mood as enum ('sad', 'so so', '"quoted", \\ é');
    create table "every" (
      id serial primary key, bool boolean, int2 smallint, int4 integer, "int8Number" bigint, int8 bigint, float4 real,
      float8 double precision, decimal numeric, "decimalNumber" numeric, "decimalBigint" numeric, "decimalScaled" numeric(20, 4),
      text text, varchar varchar(20), char char(5), uuid uuid, mood mood, json json, jsonb jsonb, bytes bytea, date date, "dateText" date,
      time time, "timeZoned" timetz, stamp timestamp, "stampText" timestamp, "stampZoned" timestamptz, "stampZonedText" timestamptz(6),
      interval interval, inet inet, cidr cidr, mac macaddr, mac8 macaddr8, bits bit(4), point point, "pointXy" point, line line,
      "lineAbc" line, int4range int4range, numrange numrange, tstzrange tstzrange, int4multirange int4multirange, box box,
      tsvector tsvector, xml xml, money money
    );
    create table lists (
      id serial primary key, bool boolean[], int2 smallint[], int4 integer[], matrix integer[][], int8 bigint[], float8 double precision[],
      decimal numeric[], text text[], texts text[][], varchar varchar(20)[], uuid uuid[], mood mood[], jsonb jsonb[], date date[],
      "dateText" date[], time time[], stamp timestamp[], "stampZoned" timestamptz[], "stampZonedText" timestamptz[], interval interval[],
      inet inet[], point point[]
    );
    create table authors (id serial primary key, name text not null constraint authors_name_key unique, born date, meta jsonb);
    create table books (
      id serial primary key, author integer not null references authors on delete cascade, title varchar(40) not null,
      price numeric(10, 2), printed timestamptz, tags text[], constraint books_of_author unique (author, title)
    );`
}
