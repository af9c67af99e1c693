import type { StatementFailure } from '../binding.d.ts'
import type { Cancel, Message, Settled } from '../database/connections.ts'
import { pieces } from './cursor.ts'
import { PostgresError } from './error.ts'
import type { PostgresPool } from './pool.ts'
import { type Answer, type Row, type RowShape, type Rows, rowsOf, unknownTypes } from './result.ts'
import { serialize } from './serialize.ts'

/** Where statements go: to any connection of a pool, or to the one of a transaction. */
export interface Session {
  readonly pool: PostgresPool
  send(message: Message, settled: Settled): Cancel
  /** Has a cursor opened where it can live: in the transaction that is there, or in one of its own. */
  withCursor<T>(work: (session: Session, name: string) => AsyncGenerator<T>): AsyncGenerator<T>
  /** Sees what becomes of a statement, before its caller does. */
  watch?(outcome: Promise<unknown>): void
}

/** How a statement is executed. */
export interface UnsafeOptions {
  /**
   * True: by the extended protocol also without parameters. The pool's `prepare` says whether connections remember statements; `false` here
   * changes nothing.
   * @default by the simple protocol where the text may be several statements
   */
  prepare?: boolean | undefined
  /**
   * Gives the statement up when it is aborted, as `cancel` does, and rejects at once with the reason of the signal: `ctx.signal` when the client of a
   * request leaves, `AbortSignal.timeout(ms)` after a time.
   */
  signal?: AbortSignal | undefined
}

/** A statement: its text and its parameters. */
export interface Source {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly options: UnsafeOptions
}

/** What FETCH takes for a count. */
const MOST_ROWS = 2_147_483_647

/** A statement that is sent when it is first awaited. Several statements in one text give a list of results. */
export class Query<Result = Rows<Row>> implements Promise<Result> {
  readonly [Symbol.toStringTag] = 'Query'
  readonly #session: Session
  readonly #source: Source
  #shape: RowShape = 'objects'
  #outcome: Promise<Result> | undefined
  #cancel: Cancel | undefined
  #isCancelled = false

  constructor(session: Session, source: Source) {
    this.#session = session
    this.#source = source
  }

  /** Gives rows as lists of values in the order of the columns, instead of objects. Has to be said before the statement is awaited. */
  values(): Query<Rows<unknown[]>> {
    this.#shape = 'values'
    return this as Query<unknown> as Query<Rows<unknown[]>>
  }

  /**
   * Gives the rows of a `select`, `values` or `with` in lists of so many at a time. The next ones are fetched when they are asked for, so that any
   * number of rows needs the memory of `count`; who leaves the loop ends it. Has a connection for itself meanwhile, in a transaction.
   * @param count 1 or more
   * @throws RangeError for any other count
   * @example for await (const rows of client.unsafe('select * from events').cursor(1000)) …
   */
  cursor(count = 100): AsyncGenerator<Result> {
    if (!Number.isSafeInteger(count) || count < 1 || count > MOST_ROWS) {
      throw new RangeError(
        `cursor(): ${String(count)} is no number of rows; give a whole number from 1 to ${MOST_ROWS}`,
      )
    }
    const { sql, parameters, options } = this.#source
    return this.#session.withCursor((session, name) => {
      const run = (sql: string, parameters: readonly unknown[] = []): Query<readonly Result[]> => {
        const query = new Query(session, { sql, parameters, options: { signal: options.signal } })
        query.#shape = this.#shape
        return query as Query<unknown> as Query<readonly Result[]>
      }
      return pieces(run, { name, count, sql, parameters })
    }) as AsyncGenerator<unknown> as AsyncGenerator<Result>
  }

  /** Gives the statement up: one that was not sent is not; PostgreSQL is asked to end one that runs. It then fails with code 57014. */
  cancel(): void {
    this.#isCancelled = true
    this.#cancel?.()
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise that begins when it is asked
  then<A = Result, B = never>(
    onFulfilled?: ((result: Result) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#start().then(onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Result | B> {
    return this.#start().catch(onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<Result> {
    return this.#start().finally(onFinally)
  }

  #start(): Promise<Result> {
    if (this.#outcome === undefined) {
      this.#outcome = this.#run()
      this.#session.watch?.(this.#outcome)
    }
    return this.#outcome
  }

  /** An error is made where the statement is awaited, so that its stack leads there, and no statement that succeeds has to keep one. */
  async #run(): Promise<Result> {
    const { sql, parameters, options } = this.#source
    const { signal } = options
    signal?.throwIfAborted()
    if (this.#isCancelled) {
      throw new PostgresError({ code: '57014', message: 'canceling statement due to user request' }, sql)
    }
    const { texts, types } = serialize(parameters, this.#session.pool.functions.serializers, sql)
    const isSimple = options.prepare !== true && parameters.length === 0 && mayBeSeveral(sql)
    const message = { sql, parameters: texts, types, isSimple }
    const answer = await (signal === undefined ? this.#send(message) : this.#sendUntil(signal, message))
    if (typeof answer !== 'string') throw new PostgresError(answer, sql)
    return this.#read(isSimple ? (JSON.parse(answer) as Answer[]) : [JSON.parse(answer) as Answer])
  }

  /** Gives what became of it: the answers as JSON, or why there are none. */
  #send(message: Message): Promise<string | StatementFailure> {
    return new Promise((resolve) => {
      this.#cancel = this.#session.send(message, (kind, text) => {
        resolve(kind === 0 ? text : (JSON.parse(text) as StatementFailure))
      })
    })
  }

  #sendUntil(signal: AbortSignal, message: Message): Promise<string | StatementFailure> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(signal.reason)
        this.cancel()
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#send(message)
        .finally(() => signal.removeEventListener('abort', giveUp))
        .then(resolve, reject)
    })
  }

  #read(answers: Answer[]): Result | Promise<Result> {
    const { catalog, functions } = this.#session.pool
    const unknown = unknownTypes(answers, (type) => catalog.knows(type) || functions.parsers[type] !== undefined)
    if (unknown.length === 0) return this.#resultOf(answers)
    const ask = (sql: string): Query<Rows<unknown[]>> =>
      new Query(this.#session, { ...this.#source, sql, parameters: [], options: {} }).values()
    return catalog.learn(unknown, ask).then(() => this.#resultOf(answers))
  }

  #resultOf(answers: Answer[]): Result {
    const { catalog, functions } = this.#session.pool
    const none: Answer = { columns: [], rows: [], command: null, count: null }
    const results = (answers.length === 0 ? [none] : answers).map((answer) =>
      rowsOf(answer, this.#shape, functions.parsers, catalog.arrays),
    )
    // The caller says what the rows are; the shape is what it asked for.
    return (results.length === 1 ? results[0] : results) as Result
  }
}

/**
 * Whether a text without parameters has to go by the simple protocol: only that takes several statements, and only there is nothing gained by
 * remembering how they are executed. A semicolon within a text or a name is taken for another statement, which costs time and nothing else.
 */
function mayBeSeveral(sql: string): boolean {
  return sql.includes(';') || !/^\s*(?:select|insert|update|delete|with|values)\b/i.test(sql)
}
