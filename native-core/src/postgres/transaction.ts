import type { Cancel, Connections, Message, Settled } from '../database/connections.ts'
import { PostgresError } from './error.ts'
import type { PostgresPool } from './pool.ts'
import { Query, type Session } from './query.ts'
import { settledText } from './settled.ts'
import { makeTransactionClient, type TransactionClient } from './surface.ts'

/** What a function in a transaction gives; of a list of promises their values. */
export type Outcome<T> = T extends readonly unknown[] ? { -readonly [Key in keyof T]: Awaited<T[Key]> } : T

/** What is done in a transaction or savepoint. */
export type Work<T> = (client: TransactionClient) => T | Promise<T>

/** Runs a function in a transaction: committed when it is done, rolled back when it or any of its statements failed. */
export async function begin<T>(pool: PostgresPool, modes: string, work: Work<T>): Promise<Outcome<T>> {
  if (/[^a-z, ]/i.test(modes)) {
    const message = `begin(): ${JSON.stringify(modes)} are no modes of a transaction. Give words such as 'isolation level serializable'.`
    throw new PostgresError({ code: 'INVALID_PARAMETER', message }, 'begin')
  }
  const connection = await Reserved.of(pool)
  try {
    await connection.run(modes === '' ? 'begin' : `begin ${modes}`)
    return await inTransaction(connection, work)
  } finally {
    connection.release()
  }
}

/** Reads with a cursor in a transaction of its own, which ends with the reading. */
export async function* inOwnTransaction<T>(
  pool: PostgresPool,
  work: (session: Session, name: string) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const connection = await Reserved.of(pool)
  try {
    await connection.run('begin')
    yield* work(connection, connection.cursorName())
    await connection.run('commit')
  } finally {
    connection.release()
  }
}

async function inTransaction<T>(connection: Reserved, work: Work<T>): Promise<Outcome<T>> {
  const scope = new Scope(connection)
  let value: Outcome<T>
  try {
    value = await scope.run(work)
  } catch (error) {
    // The connection may be what failed; then PostgreSQL rolls back by itself, and `error` says more.
    await connection.run('rollback').catch(() => undefined)
    throw error
  }
  const { command } = await connection.run('commit')
  // A statement that nobody waited for failed after all others were done.
  if (command === 'ROLLBACK') throw scope.failure ?? new PostgresError(ROLLED_BACK, 'commit')
  return value
}

const ROLLED_BACK = {
  code: '25P02',
  message: 'The transaction was rolled back, because one of its statements failed.',
}

/** Takes a connection for one's own; the number of its lane. */
export async function reserve(connections: Connections): Promise<number> {
  return Number(await settledText('begin', (settle) => connections.reserve(settle)))
}

/** A connection that a transaction has for itself. */
class Reserved implements Session {
  readonly pool: PostgresPool
  readonly lane: number
  readonly #connections: Connections
  savepoints = 0
  #cursors = 0
  #isOver = false

  /** Takes one of a pool, once there is one. */
  static async of(pool: PostgresPool): Promise<Reserved> {
    const connections = pool.current('begin')
    return new Reserved(pool, connections, await reserve(connections))
  }

  private constructor(pool: PostgresPool, connections: Connections, lane: number) {
    this.pool = pool
    this.#connections = connections
    this.lane = lane
  }

  withCursor<T>(work: (session: Session, name: string) => AsyncGenerator<T>): AsyncGenerator<T> {
    return work(this, this.cursorName())
  }

  send(message: Message, settled: Settled): Cancel {
    if (this.#isOver) {
      const text =
        'The transaction is over, and its connection may be in another. Await all statements before its function ends.'
      throw new PostgresError({ code: 'TRANSACTION_OVER', message: text }, message.sql)
    }
    return this.#connections.send(message, this.lane, settled)
  }

  run(sql: string): Query {
    return new Query(this, { sql, parameters: [], options: {} })
  }

  /** A name that no cursor of this transaction has. */
  cursorName(): string {
    this.#cursors += 1
    return `bolt_${this.#cursors}`
  }

  /** Gives the connection back; what is open in it is rolled back. */
  release(): void {
    this.#isOver = true
    this.#connections.release(this.lane)
  }
}

/** A transaction or a savepoint in it, as what its function is given sees it. */
class Scope implements Session {
  readonly pool: PostgresPool
  readonly #connection: Reserved
  /** Of the first statement that failed. PostgreSQL refuses all that follow, so the work is undone even if this was caught. */
  failure: unknown

  constructor(connection: Reserved) {
    this.#connection = connection
    this.pool = connection.pool
  }

  send(message: Message, settled: Settled): Cancel {
    return this.#connection.send(message, settled)
  }

  /** Cursors are within the transaction that is there. */
  withCursor<T>(work: (session: Session, name: string) => AsyncGenerator<T>): AsyncGenerator<T> {
    return work(this, this.#connection.cursorName())
  }

  watch(outcome: Promise<unknown>): void {
    outcome.catch((error: unknown) => {
      this.failure ??= error
    })
  }

  /** Runs a function, and throws what undoes it. */
  async run<T>(work: Work<T>): Promise<Outcome<T>> {
    const client = makeTransactionClient(this, (name, inner) => this.#savepoint(name, inner))
    try {
      const made = work(client)
      // Rows that a promise gives are an array as well, and are left as they are.
      const value = Array.isArray(made) ? await Promise.all(made) : await made
      if (this.failure !== undefined) throw this.failure
      return value as Outcome<T>
    } catch (error) {
      // That the transaction is aborted is only the consequence of what failed before.
      throw error instanceof PostgresError && error.code === '25P02' ? (this.failure ?? error) : error
    }
  }

  async #savepoint<T>(name: string | undefined, work: Work<T>): Promise<Outcome<T>> {
    const connection = this.#connection
    connection.savepoints += 1
    const quoted = `"s${connection.savepoints}${name === undefined ? '' : `_${name.replaceAll('"', '""')}`}"`
    await connection.run(`savepoint ${quoted}`)
    try {
      return await new Scope(connection).run(work)
    } catch (error) {
      await connection.run(`rollback to savepoint ${quoted}`)
      throw error
    }
  }
}
