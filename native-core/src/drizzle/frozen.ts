import { type Column, getTableColumns, getTableName, is, Param, SQL, StringChunk, Table } from 'drizzle-orm'
import { refuse } from './refuse.ts'

/** What is read of Drizzle's builders of statements that write. */
interface WriteConfig {
  table?: unknown
  /** Of an insert: the rows, or what selects them. */
  values?: unknown
  /** Of an update: by column. */
  set?: Readonly<Record<string, unknown>>
  onConflict?: SQL
}

/**
 * Refuses a statement for which Drizzle calls a function of a column (`$defaultFn`, `$onUpdateFn`) when it writes the SQL. That happens once
 * here, so that all rows would have the value of the first.
 */
export function assertNothingFrozen(builder: object): void {
  const { table, values, set, onConflict } = (builder as { config?: WriteConfig }).config ?? {}
  if (!is(table, Table)) return
  const rows = Array.isArray(values) ? (values as Array<Record<string, unknown>>) : []
  for (const [key, column] of Object.entries(getTableColumns(table))) {
    const isLeftOut = rows.some((row) => isMissing(row[key]))
    const isUpdated = (set !== undefined && isMissing(set[key])) || updates(onConflict)
    if (isLeftOut && column.defaultFn !== undefined) assertSql(table, column, column.defaultFn, '$defaultFn')
    else if (isUpdated || (isLeftOut && !column.default)) assertSql(table, column, column.onUpdateFn, '$onUpdateFn')
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || (is(value, Param) && value.value === undefined)
}

function updates(onConflict: SQL | undefined): boolean {
  return (
    onConflict?.queryChunks.some((chunk) => is(chunk, StringChunk) && chunk.value.join('').includes('do update')) ??
    false
  )
}

function assertSql(table: Table, column: Column, make: (() => unknown) | undefined, name: string): void {
  if (make === undefined || is(make(), SQL)) return
  refuse(
    getTableName(table),
    `the column '${column.name}' has a ${name}, which would be called once and not for each request`,
    'give the column a default of the database, such as .defaultRandom() or .defaultNow(); or run the query in a handler',
  )
}
