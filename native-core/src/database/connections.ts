import type {
  DatabaseBinding,
  PoolReport,
  QueryStatement,
  QueryValue,
  StatementFailure,
  StatementRecords,
  WatchPlan,
} from '../binding.d.ts'
import { BoltError } from '../errors.ts'
import type { Engine } from './engine.ts'
import { type Observable, observed, type Source } from './observed.ts'
import { publishStart } from './statement-events.ts'

/** Told once what became of something that was asked for. */
export type Settled = (kind: 0 | 1, text: string) => void

/** Wishes that a statement ends, which was asked for. */
export type Cancel = () => void

/** A statement as it is sent. */
export interface Message {
  sql: string
  parameters: Array<string | null>
  types: number[] | undefined
  isSimple: boolean
}

/** Any connection, instead of one that was reserved. */
export const ANY_LANE = 0

/** Longer than anybody waits: timers of 2^31 ms and more would be over at once. */
const NO_LIMIT = 2_147_483_647

/** What a statement fails with when the client was ended. */
export const POOL_CLOSED: StatementFailure = {
  code: 'POOL_CLOSED',
  message: 'The client was ended; make another with native().',
}

const GONE: StatementFailure = {
  code: 'CONNECTION_LOST',
  message: 'The application on whose server the client was has closed.',
}

/** A pool that Rust has opened on a server, and what was asked of it. */
export class Connections implements Observable {
  /** Its number within the server. */
  readonly number: number
  readonly source: Source
  readonly #binding: DatabaseBinding
  readonly server: number
  readonly #engine: Engine
  readonly #onEnd: () => unknown
  readonly #waiting = new Map<number, Settled>()
  readonly #statements = new Map<QueryStatement, number>()
  /** Connections that transactions have. */
  #lanes = 0
  #lastToken = 0
  #isRetiring = false
  #isGone = false
  #ending: Promise<void> | undefined

  /**
   * @param onEnd called once all connections are closed
   * @throws BoltError 'invalid-database-url'
   */
  constructor(binding: DatabaseBinding, server: number, engine: Engine, onEnd: () => unknown) {
    this.#binding = binding
    this.server = server
    this.#engine = engine
    this.#onEnd = onEnd
    this.number = this.#open()
    this.source = { system: engine.system, database: binding.poolName(server, this.number) }
    observed.add(this)
  }

  send({ sql, parameters, types, isSimple }: Message, lane: number, settled: Settled): Cancel {
    this.#assertOpen(sql)
    const token = this.#ask(this.#published(sql, settled), (token) => {
      this.#binding.query(this.server, this.number, token, sql, parameters, types, lane, isSimple)
    })
    return () => {
      if (this.#waiting.has(token)) this.#binding.cancel(this.server, this.number, token)
    }
  }

  /** Takes in a statement that is run often; its number. */
  add(statement: QueryStatement): number {
    let number = this.#statements.get(statement)
    if (number === undefined) {
      number = this.#binding.addStatement(this.server, this.number, JSON.stringify(statement))
      this.#statements.set(statement, number)
    }
    return number
  }

  /** Runs a statement; settles with its rows as JSON text. */
  run(statement: QueryStatement, parameters: QueryValue[], settled: Settled): void {
    this.#assertOpen(statement.sql)
    const number = this.add(statement)
    this.#ask(this.#published(statement.sql, settled), (token) => {
      this.#binding.run(this.server, this.number, token, number, parameters, ANY_LANE)
    })
  }

  /** Takes a connection for one's own. */
  reserve(settled: Settled): void {
    this.#assertOpen('begin')
    const count: Settled = (kind, text) => {
      if (kind === 0) this.#lanes += 1
      settled(kind, text)
    }
    this.#ask(count, (token) => this.#binding.reserve(this.server, this.number, token))
  }

  /** Waits for notifications in a connection of one's own; they settle as a JSON list. */
  notifications(lane: number, settled: Settled): void {
    this.#assertOpen('listen')
    this.#ask(settled, (token) => this.#binding.notifications(this.server, this.number, token, lane))
  }

  /** Copies in a connection of one's own; settles when that is over. */
  copy(sql: string, lane: number, settled: Settled): Cancel {
    this.#assertOpen(sql)
    const token = this.#ask(this.#published(sql, settled), (token) => {
      this.#binding.copy(this.server, this.number, token, sql, lane)
    })
    return () => {
      if (this.#waiting.has(token)) this.#binding.cancel(this.server, this.number, token)
    }
  }

  /** Waits for some of what is copied; an empty text is the end. */
  copied(lane: number, settled: Settled): void {
    this.#assertOpen('copy')
    this.#ask(settled, (token) => this.#binding.copied(this.server, this.number, token, lane))
  }

  release(lane: number): void {
    if (this.#isGone) return
    this.#binding.release(this.server, this.number, lane)
    this.#lanes -= 1
    this.#endIfIdle()
  }

  /** Closes all connections; what waits or runs has `grace` milliseconds to finish. */
  end(grace: number): Promise<void> {
    this.#ending ??= this.#end(grace)
    return this.#ending
  }

  /** Closes all connections once no statement and no transaction is left. */
  retire(): void {
    this.#isRetiring = true
    this.#endIfIdle()
  }

  /** The server is closed, and nothing is answered any more: what waits fails. */
  abandon(): void {
    this.#isGone = true
    observed.remove(this)
    for (const token of [...this.#waiting.keys()]) this.#settle(token, 1, JSON.stringify(GONE))
  }

  watch(plan: WatchPlan): void {
    if (!this.#isGone) this.#binding.watchPool(this.server, this.number, JSON.stringify(plan))
  }

  report(): PoolReport | undefined {
    const text = this.#isGone ? undefined : this.#binding.poolReport(this.server, this.number)
    return text === undefined ? undefined : (JSON.parse(text) as PoolReport)
  }

  takeRecords(): StatementRecords | undefined {
    const text = this.#isGone ? undefined : this.#binding.takeRecords(this.server, this.number)
    return text === undefined ? undefined : (JSON.parse(text) as StatementRecords)
  }

  #published(sql: string, settled: Settled): Settled {
    const finish = publishStart(this.source, sql)
    if (finish === undefined) return settled
    return (kind, text) => {
      finish(kind, text)
      settled(kind, text)
    }
  }

  #assertOpen(sql: string): void {
    if (this.#ending !== undefined || this.#isGone) throw this.#engine.failure(POOL_CLOSED, sql)
  }

  async #end(grace: number): Promise<void> {
    if (!this.#isGone) {
      await new Promise<void>((done) => {
        this.#ask(
          () => done(),
          (token) => this.#binding.closePool(this.server, this.number, token, grace),
        )
      })
    }
    observed.remove(this)
    await this.#onEnd()
  }

  #open(): number {
    try {
      return this.#engine.open(this.#binding, this.server, (token, kind, text) => {
        this.#settle(token, kind, text)
        this.#endIfIdle()
      })
    } catch (error) {
      throw new BoltError(
        'invalid-database-url',
        `native(): ${error instanceof Error ? error.message : String(error)}`,
        'change what the message names, in the connection string or, of PostgreSQL, in the variables PGHOST, PGSSLMODE and so on',
        error,
      )
    }
  }

  #settle(token: number, kind: 0 | 1, text: string): void {
    const settled = this.#waiting.get(token)
    this.#waiting.delete(token)
    settled?.(kind, text)
  }

  #endIfIdle(): void {
    if (this.#isRetiring && this.#lanes === 0 && this.#waiting.size === 0) void this.end(NO_LIMIT)
  }

  #ask(settled: Settled, send: (token: number) => void): number {
    this.#lastToken += 1
    const token = this.#lastToken
    this.#waiting.set(token, settled)
    try {
      send(token)
    } catch (error) {
      this.#waiting.delete(token)
      throw error
    }
    return token
  }
}
