import type { StatementFailure } from '../binding.d.ts'

/**
 * A statement failed. `code` is SQLite's primary result code (`SQLITE_CONSTRAINT`), or one of ours when SQLite was not asked: `POOL_FULL`, `POOL_TIMEOUT`,
 * `POOL_CLOSED`, `UNSAFE_TRANSACTION`, `CONNECTION_LOST`, `TRANSACTION_CLOSED`, `CLIENT_CLOSED`, `NOT_SUPPORTED`. It has the fields of libsql's `LibsqlError`.
 */
export class SqliteError extends Error {
  /** Primary result code, or one of the codes above. */
  readonly code: string
  /** Extended result code: `SQLITE_CONSTRAINT_UNIQUE`. */
  readonly extendedCode: string | undefined
  /** Number of the extended result code. */
  readonly rawCode: number | undefined
  /** Which statement of a batch failed, from 0. */
  readonly statementIndex: number | undefined
  /** Text of the statement; its parameters are never told. Not enumerable, as logs need not repeat it. */
  declare readonly query: string

  constructor(failure: StatementFailure, query: string, statementIndex?: number) {
    super(`${failure.code}: ${failure.message}`)
    this.name = 'SqliteError'
    this.code = failure.code
    this.extendedCode = failure.extendedCode
    this.rawCode = failure.rawCode === undefined ? undefined : Number(failure.rawCode)
    this.statementIndex = statementIndex
    Object.defineProperty(this, 'query', { value: query })
    Error.captureStackTrace(this, SqliteError)
  }
}
