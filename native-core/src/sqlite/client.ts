import { type Engine, nativeBinding } from '../database/engine.ts'
import { Pool } from '../database/pool.ts'
import { queryClient } from '../query.ts'
import { SqliteError } from './error.ts'
import { type SqliteOptions, type SqlitePlan, sqlitePlan } from './options.ts'
import type { ResultSet } from './result.ts'
import { askedOf, Session } from './session.ts'
import type { Arguments, Mode, NativeClient, Statement, Transaction } from './surface.ts'
import { batch, transaction } from './transaction.ts'
import { constantOf, queryValueOf } from './values.ts'

/** Longer than anybody waits. */
const NO_LIMIT = 2_147_483_647

/**
 * Makes a client of SQLite that Rust runs. It opens the file, and makes it if it is not there, when the first statement is sent; the folder has to be there. It is
 * what Drizzle's driver for libsql takes.
 * @param url `file:path` or `:memory:`
 * @throws BoltError 'invalid-option', 'invalid-database-url'; 'sqlite-unavailable' where there is no native engine
 * @example
 * import { native } from '@bolt-app/core/sqlite'
 * import { drizzle } from 'drizzle-orm/libsql'
 * const db = drizzle({ client: native('file:.data/app.db'), schema })
 */
export function native(url: string, options: SqliteOptions = {}): NativeClient {
  return new Client(sqlitePlan(url, options))
}

class Client implements NativeClient {
  closed = false
  readonly protocol = 'file'
  readonly #pool: Pool
  readonly #session: Session

  constructor(plan: SqlitePlan) {
    this.#pool = new Pool(nativeBinding('sqlite-unavailable', 'SQLite', '@libsql/client'), engineOf(plan))
    this.#session = new Session(() => this.#pool.current(''))
  }

  get [queryClient](): Pool {
    return this.#pool
  }

  async execute(statement: Statement, args?: Arguments | Record<string, unknown>): Promise<ResultSet> {
    const asked = askedOf(statement, args)
    this.#assertOpen(asked.sql)
    return this.#session.execute(asked)
  }

  async executeMultiple(sql: string): Promise<void> {
    this.#assertOpen(sql)
    await this.#session.script(sql)
  }

  async batch(
    statements: ReadonlyArray<Statement | [string, (Arguments | Record<string, unknown>)?]>,
    mode: Mode = 'deferred',
  ): Promise<ResultSet[]> {
    const asked = statements.map((statement) => askedOf(statement))
    this.#assertOpen(asked[0]?.sql ?? '')
    return batch(this.#pool, asked, { mode })
  }

  async migrate(statements: readonly Statement[]): Promise<ResultSet[]> {
    const asked = statements.map((statement) => askedOf(statement))
    this.#assertOpen(asked[0]?.sql ?? '')
    // Rust sets it back when the connection is released.
    return batch(this.#pool, asked, { mode: 'deferred', before: ['pragma foreign_keys = off', 'begin deferred'] })
  }

  async transaction(mode: Mode = 'write'): Promise<Transaction> {
    this.#assertOpen('begin')
    return transaction(this.#pool, mode)
  }

  end(): Promise<void> {
    this.closed = true
    return this.#pool.end(NO_LIMIT)
  }

  close(): void {
    void this.end()
  }

  async sync(): Promise<never> {
    throw notSupported('sync(): a file has nothing to synchronise with')
  }

  reconnect(): never {
    throw notSupported('reconnect(): make another client with native()')
  }

  #assertOpen(sql: string): void {
    if (this.closed) throw new SqliteError({ code: 'CLIENT_CLOSED', message: 'The client is closed' }, sql)
  }
}

function notSupported(message: string): SqliteError {
  return new SqliteError({ code: 'NOT_SUPPORTED', message }, '')
}

function engineOf(plan: SqlitePlan): Engine {
  return {
    system: 'sqlite',
    keepsOwn: 'memory' in plan.place,
    open: (binding, server, settle) => binding.openSqlite(server, JSON.stringify(plan), settle),
    failure: (failure, sql) => new SqliteError(failure, sql),
    constant: constantOf,
    value: queryValueOf,
  }
}
