import type { Pool } from '../database/pool.ts'
import { SqliteError } from './error.ts'
import type { ResultSet } from './result.ts'
import { type Asked, askedOf, Reserved } from './session.ts'
import type { Arguments, Mode, Statement, Transaction } from './surface.ts'

const BEGIN: Readonly<Record<Mode, readonly string[]>> = {
  write: ['begin immediate'],
  deferred: ['begin deferred'],
  read: ['pragma query_only = on', 'begin deferred'],
}

/** Takes the connection that writes, and begins. */
async function begin(pool: Pool, mode: Mode): Promise<Reserved> {
  const statements = Object.hasOwn(BEGIN, mode) ? BEGIN[mode] : undefined
  if (statements === undefined) {
    throw new RangeError(`${JSON.stringify(mode)} is no mode of a transaction; give 'write', 'deferred' or 'read'`)
  }
  const connection = await Reserved.of(pool)
  try {
    for (const sql of statements) await connection.execute({ sql, args: [] })
    return connection
  } catch (error) {
    connection.release()
    throw error
  }
}

/** Runs statements in one transaction, `before` outside of it. */
export async function batch(
  pool: Pool,
  statements: readonly Asked[],
  { mode, before = [] }: { mode: Mode; before?: readonly string[] },
): Promise<ResultSet[]> {
  const connection = await (before.length === 0 ? begin(pool, mode) : Reserved.of(pool))
  try {
    for (const sql of before) await connection.execute({ sql, args: [] })
    const results = await all(connection, statements)
    await connection.execute({ sql: 'commit', args: [] })
    return results
  } finally {
    connection.release()
  }
}

async function all(connection: Reserved, statements: readonly Asked[]): Promise<ResultSet[]> {
  const results: ResultSet[] = []
  for (const [index, asked] of statements.entries()) results.push(await connection.execute(asked, index))
  return results
}

/** Begins a transaction. */
export async function transaction(pool: Pool, mode: Mode): Promise<Transaction> {
  return new OpenTransaction(await begin(pool, mode))
}

class OpenTransaction implements Transaction {
  #connection: Reserved | undefined

  constructor(connection: Reserved) {
    this.#connection = connection
  }

  async execute(statement: Statement, args?: Arguments | Record<string, unknown>): Promise<ResultSet> {
    const asked = askedOf(statement, args)
    return this.#open(asked.sql).execute(asked)
  }

  async batch(statements: readonly Statement[]): Promise<ResultSet[]> {
    const asked = statements.map((statement) => askedOf(statement))
    return all(this.#open(asked[0]?.sql ?? ''), asked)
  }

  async executeMultiple(sql: string): Promise<void> {
    await this.#open(sql).script(sql)
  }

  async commit(): Promise<void> {
    await this.#end('commit', this.#open('commit'))
  }

  /** Without effect when it is over. */
  async rollback(): Promise<void> {
    if (this.#connection !== undefined) await this.#end('rollback', this.#connection)
  }

  close(): void {
    this.#connection?.release()
    this.#connection = undefined
  }

  get closed(): boolean {
    return this.#connection === undefined
  }

  /** It is over from here on, whatever becomes of the last statement. */
  async #end(sql: string, connection: Reserved): Promise<void> {
    this.#connection = undefined
    try {
      await connection.execute({ sql, args: [] })
    } finally {
      connection.release()
    }
  }

  #open(sql: string): Reserved {
    if (this.#connection !== undefined) return this.#connection
    throw new SqliteError({ code: 'TRANSACTION_CLOSED', message: 'The transaction is closed' }, sql)
  }
}
