import {
  and,
  asc,
  between,
  type Column,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  max,
  min,
  ne,
  not,
  or,
  type SQL,
} from 'drizzle-orm'
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { random } from '../queries/random.ts'
import type { Database } from './database.ts'
import { authors, books, every, rows } from './schema.ts'

/** A query without values of a request; the same one for every database. */
export type Selection = (db: Database) => ReturnType<ReturnType<Database['select']>['from']>

// Columns that Rust reads.
const names = [
  'id',
  'int',
  'flag',
  'at',
  'atMs',
  'real',
  'text',
  'kind',
  'json',
  'numeric',
  'numericNumber',
  'custom',
] as const

const others = alias(every, 'others')

/** Makes selections of rows of every type: of random columns, by random conditions, joined, grouped, in a random order. */
export class Selections {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = random(seed)
  }

  next(): Selection {
    return this.#pick([this.#plain, this.#plain, this.#joined, this.#grouped, this.#related]).call(this)
  }

  #plain(): Selection {
    const columns = this.#columns(every)
    const where = this.#condition(3)
    const order = [...this.#some(Object.values(columns)).map((column) => this.#direction(column)), asc(every.id)]
    const [limit, offset] = [this.#below(20), this.#below(4)]
    return (db) =>
      db
        .select({ ...columns, id: every.id })
        .from(every)
        .where(where)
        .orderBy(...order)
        .limit(limit)
        .offset(offset) as never
  }

  #joined(): Selection {
    const [here, there] = [this.#columns(every), this.#columns(others)]
    const by = this.#pick(names)
    const on = and(eq(every[by], others[by]), this.#condition(1))
    const kind = this.#pick(['leftJoin', 'innerJoin', 'fullJoin', 'rightJoin'] as const)
    return (db) =>
      db
        .select({ id: every.id, here: { id: every.id, ...here }, there: { id: others.id, ...there } })
        .from(every)
        [kind](others, on as SQL)
        .orderBy(asc(every.id), asc(others.id)) as never
  }

  #grouped(): Selection {
    const by = every[this.#pick(names)]
    const of = every[this.#pick(['int', 'real', 'text', 'id'] as const)]
    return (db) =>
      db
        .select({ by, n: count(), least: min(of), most: max(of) })
        .from(every)
        .groupBy(by)
        .orderBy(by) as never
  }

  #related(): Selection {
    const kind = this.#pick(['leftJoin', 'innerJoin', 'rightJoin', 'fullJoin'] as const)
    const order = this.#pick([books.title, books.price, authors.name, books.isSold])
    return (db) =>
      db
        .select()
        .from(authors)
        [kind](books, eq(books.author, authors.id))
        .orderBy(order, asc(authors.id), asc(books.id)) as never
  }

  #condition(depth: number): SQL | undefined {
    const name = this.#pick(names)
    const column = every[name]
    const value = () => (this.#pick(rows) as Record<string, unknown>)[name] ?? null
    const given = value()
    if (depth > 0 && this.#random() < 0.4) {
      const both = [this.#condition(depth - 1), this.#condition(depth - 1)]
      return this.#random() < 0.5 ? and(...both) : or(...both)
    }
    if (given === null) return this.#random() < 0.5 ? isNull(column) : isNotNull(column)
    const other = value() ?? given
    return this.#pick([
      () => eq(column, given),
      () => ne(column, given),
      () => gt(column, given),
      () => lt(column, given),
      () => between(column, given, other),
      () => inArray(column, [given, other]),
      () => not(eq(column, given)),
    ])()
  }

  #columns(table: typeof every | typeof others): Record<string, SQLiteColumn> {
    const chosen = this.#some(names)
    return Object.fromEntries((chosen.length === 0 ? names : chosen).map((name) => [name, table[name]]))
  }

  #direction(column: Column): SQL {
    return this.#random() < 0.5 ? asc(column) : desc(column)
  }

  #some<T>(all: readonly T[]): T[] {
    return all.filter(() => this.#random() < 0.4)
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#below(all.length)] as T
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}
