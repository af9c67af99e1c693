import type { QueryClient, queryClient } from '../query.ts'
import type { ResultSet } from './result.ts'

/** Values for the places of a statement, in order. */
export type Arguments = ReadonlyArray<null | string | number | bigint | boolean | ArrayBuffer | Uint8Array | Date>

/** A statement: its text, or with its arguments. */
export type Statement = string | { sql: string; args?: Arguments | Record<string, unknown> | undefined }

/** How a transaction begins: with the lock for writing, with it when it first writes, or never with it. */
export type Mode = 'write' | 'deferred' | 'read'

/** What takes statements. */
interface Statements {
  /** Runs one statement. */
  execute(statement: Statement): Promise<ResultSet>
  execute(sql: string, args?: Arguments | Record<string, unknown>): Promise<ResultSet>
  /** Runs a script of any number of statements. */
  executeMultiple(sql: string): Promise<void>
}

/** A transaction. What it has not committed when it is closed is undone. */
export interface Transaction extends Statements {
  batch(statements: readonly Statement[]): Promise<ResultSet[]>
  commit(): Promise<void>
  rollback(): Promise<void>
  close(): void
  /** Whether it is over. */
  readonly closed: boolean
}

/**
 * A client of SQLite, of the shape of libsql's `Client`: Drizzle's driver for libsql takes it. Whatever fails rejects with a `SqliteError`, arguments that cannot
 * be bound with a RangeError or TypeError.
 */
export interface NativeClient extends Statements {
  /** @internal */
  readonly [queryClient]: QueryClient
  /** Runs statements in one transaction. @default mode 'deferred' */
  batch(
    statements: ReadonlyArray<Statement | [string, (Arguments | Record<string, unknown>)?]>,
    mode?: Mode,
  ): Promise<ResultSet[]>
  /** Runs statements in one transaction in which foreign keys are not looked at. */
  migrate(statements: readonly Statement[]): Promise<ResultSet[]>
  /** Begins a transaction, once no other is under way. @default mode 'write' */
  transaction(mode?: Mode): Promise<Transaction>
  /** Ends the client once nothing is pending; then the file is closed. */
  end(): Promise<void>
  /** As `end`, without telling when. */
  close(): void
  /** Whether it was closed. */
  closed: boolean
  /** Always 'file'. */
  protocol: string
  /** There is nothing to synchronise with: rejects. */
  sync(): Promise<never>
  /** A client that was closed stays so: throws. */
  reconnect(): never
}
