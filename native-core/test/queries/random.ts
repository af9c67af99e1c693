import {
  and,
  asc,
  between,
  type Column,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  ne,
  not,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { full, odd } from '../postgres/rows.ts'
import { authors, books, every } from '../postgres/schema.ts'
import type { Database } from './paths.ts'

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A query without values of a request; the same one for every database. */
export type Selection = (db: Database) => ReturnType<ReturnType<Database['select']>['from']>

// Types that have an order and an equality, and that Rust reads.
const names = [
  ...['bool', 'int2', 'int4', 'int8Number', 'int8', 'float4', 'float8', 'decimal', 'decimalScaled', 'text', 'varchar'],
  ...['char', 'uuid', 'mood', 'date', 'dateText', 'time', 'stamp', 'stampText', 'stampZoned', 'stampZonedText'],
  ...['interval', 'inet', 'mac', 'int4range', 'jsonb'],
] as ReadonlyArray<keyof typeof full>

const others = alias(every, 'others')

/** Makes selections of rows of every type: of random columns, by random conditions, joined, grouped, in a random order. */
export class Selections {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = random(seed)
  }

  next(): Selection {
    const make = this.#pick([this.#plain, this.#plain, this.#joined, this.#grouped, this.#related])
    return make.call(this)
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
    // Only what can be merged or hashed is joined in full.
    const fits = kind === 'fullJoin' ? eq(every.id, others.id) : on
    return (db) =>
      db
        .select({ id: every.id, ...here, other: { id: others.id, ...there } })
        .from(every)
        [kind](others as never, fits as never)
        .orderBy(asc(every.id), asc(others.id))
        .limit(50) as never
  }

  #grouped(): Selection {
    const by = this.#pick(names)
    const of = this.#pick(names.filter((name) => !['bool', 'uuid', 'jsonb', 'int4range', 'mac'].includes(name)))
    const least = this.#below(3)
    const where = this.#conditionOf(every[of], of)
    return (db) =>
      db
        .select({
          by: every[by],
          n: sql`count(*)`.mapWith(Number),
          least: sql`min(${every[of]})`.mapWith(every[of]),
          most: sql`max(${every[of]})`.mapWith(every[of]),
        })
        .from(every)
        .where(where)
        .groupBy(every[by])
        .having(sql`count(*) >= ${least}`)
        .orderBy(asc(every[by])) as never
  }

  #related(): Selection {
    const kind = this.#pick(['leftJoin', 'rightJoin', 'innerJoin', 'fullJoin'] as const)
    const limit = this.#below(6)
    const direction = this.#direction(books.price)
    return (db) =>
      db
        .select()
        .from(authors)
        [kind](books as never, eq(books.author, authors.id) as never)
        .orderBy(direction, asc(authors.id), asc(books.id))
        .limit(limit) as never
  }

  #columns<Table extends typeof every | typeof others>(table: Table): Record<string, Column> {
    const chosen = this.#some(names)
    return Object.fromEntries((chosen.length ? chosen : (['text'] as const)).map((name) => [name, table[name]]))
  }

  #condition(depth: number): SQL | undefined {
    if (depth > 0 && this.#random() < 0.5) {
      const parts = [this.#condition(depth - 1), this.#condition(depth - 1)]
      const both = this.#pick([and, or])(...parts)
      return both !== undefined && this.#random() < 0.2 ? not(both) : both
    }
    const name = this.#pick(names)
    return this.#conditionOf(every[name], name)
  }

  #conditionOf(column: Column, name: keyof typeof full): SQL {
    const values = [full, ...odd].map((row) => row[name]).filter((value) => value !== undefined && value !== null)
    const [one, two] = [this.#pick(values), this.#pick(values)]
    const conditions = [
      () => isNull(column),
      () => isNotNull(column),
      () => eq(column, one),
      () => ne(column, one),
      () => lt(column, one),
      () => gt(column, one),
      () => between(column, one, two),
      () => inArray(column, [one, two]),
    ]
    return this.#pick(conditions)()
  }

  #direction(column: Column): SQL {
    const order = this.#pick([asc, desc])(column)
    return this.#random() < 0.3 ? sql`${order} nulls first` : order
  }

  #some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.#random() < 0.25)
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}
