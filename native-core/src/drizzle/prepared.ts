import { type Column, type Placeholder, type SQL, type Subquery, sql } from 'drizzle-orm'

/** What is read of Drizzle's prepared queries. All drivers for PostgreSQL and SQLite have the first two. */
export interface Prepared {
  execute(values: Record<string, unknown>): unknown
  /** Its parameters are the list that `execute` fills in. */
  getQuery(): { sql: string; params: unknown[] }
  /** The select list, undefined when there is none, or Drizzle puts rows together in another way. */
  fields?: readonly Field[] | undefined
  /** By table: false when a row of it may be missing in a join. */
  joinsNotNullableMap?: Readonly<Record<string, boolean>> | undefined
  /** What puts the rows of a relational query together. */
  customResultMapper?: unknown
  queryMetadata?: { type: string } | undefined
  cache?: object | undefined
  /** The driver's client. */
  client?: unknown
}

/** What is selected, and where it goes in a row. */
export interface Field {
  readonly path: readonly string[]
  readonly field: Column | SQL | SQL.Aliased | Subquery
}

/** Puts placeholders that are counted in the place of named ones, so that each place has a value of its own. */
export function countPlaceholders(params: unknown[], places: readonly number[]): void {
  for (const [index, place] of places.entries()) params[place] = sql.placeholder(nameOf(index)) satisfies Placeholder
}

/** Values by the names of counted placeholders. */
export function byPlaceholder(values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(values.map((value, index) => [nameOf(index), value]))
}

const nameOf = (index: number): string => `value${index}`
