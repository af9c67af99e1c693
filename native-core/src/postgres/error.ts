import type { StatementFailure } from '../binding.d.ts'

/**
 * A statement failed. `code` is PostgreSQL's SQLSTATE ("23505": a unique constraint), or one of ours when PostgreSQL did not answer:
 * `CONNECT_FAILED`, `CONNECT_TIMEOUT`, `CONNECTION_LOST`, `POOL_FULL`, `POOL_TIMEOUT`, `POOL_CLOSED`, `PROTOCOL`, `TLS`; and when nothing was sent:
 * `UNDEFINED_VALUE`, `INVALID_PARAMETER`, `TRANSACTION_OVER`, `NOT_SUPPORTED`. The stack leads to where the statement was awaited.
 */
export class PostgresError extends Error {
  /** SQLSTATE, or one of the codes above. */
  readonly code: string
  /** "ERROR", "FATAL" or "PANIC". */
  readonly severity: string | undefined
  /** More about the cause, with values of the row where PostgreSQL tells them. */
  readonly detail: string | undefined
  /** What PostgreSQL suggests. */
  readonly hint: string | undefined
  /** Character of the statement at which the error is, from 1, as decimal digits. */
  readonly position: string | undefined
  /** Where in functions and triggers it happened. */
  readonly where: string | undefined
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined
  readonly dataType: string | undefined
  /** Name of the constraint that does not hold. */
  readonly constraint: string | undefined
  /** Source file, line and function of PostgreSQL. */
  readonly file: string | undefined
  readonly line: string | undefined
  readonly routine: string | undefined
  /** Text of the statement; its parameters are never told. Not enumerable, as logs need not repeat it. */
  declare readonly query: string

  constructor(failure: StatementFailure, query: string) {
    super(failure.message)
    this.name = 'PostgresError'
    this.code = failure.code
    this.severity = failure.severity
    this.detail = failure.detail
    this.hint = failure.hint
    this.position = failure.position
    this.where = failure.where
    this.schema = failure.schema
    this.table = failure.table
    this.column = failure.column
    this.dataType = failure.dataType
    this.constraint = failure.constraint
    this.file = failure.file
    this.line = failure.line
    this.routine = failure.routine
    Object.defineProperty(this, 'query', { value: query })
    // Once more, with the name.
    Error.captureStackTrace(this, PostgresError)
  }

  /** What the package `postgres` calls `constraint`. */
  get constraint_name(): string | undefined {
    return this.constraint
  }

  /** What the package `postgres` calls `table`. */
  get table_name(): string | undefined {
    return this.table
  }

  /** What the package `postgres` calls `column`. */
  get column_name(): string | undefined {
    return this.column
  }

  /** What the package `postgres` calls `schema`. */
  get schema_name(): string | undefined {
    return this.schema
  }
}
