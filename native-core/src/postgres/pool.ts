import type { Binding } from '../binding.d.ts'
import { BoltError } from '../errors.ts'
import { openNative } from '../host.ts'
import { settingsOf } from '../options.ts'
import type { AppPlan } from '../plan.ts'
import { Catalog } from './catalog.ts'
import { PostgresError } from './error.ts'
import type { PoolPlan } from './options.ts'
import type { Parsers } from './parse.ts'
import type { Serializers } from './serialize.ts'

/** Told once what became of something that was asked for. */
export type Settled = (kind: 0 | 1, text: string) => void

/** A statement as it is sent. */
export interface Message {
  sql: string
  parameters: Array<string | null>
  types: number[] | undefined
  isSimple: boolean
}

/** How values are read and written, by OID; what is changed counts from the next result on. */
export interface TypeFunctions {
  readonly parsers: Parsers
  readonly serializers: Serializers
}

/** Any connection, instead of one that was reserved. */
export const ANY_LANE = 0

/** The connections of one client. They belong to a server of their own that never listens, made when the first statement is sent. */
export class Pool {
  readonly functions: TypeFunctions
  readonly catalog = new Catalog()
  readonly #binding: Binding
  readonly #plan: PoolPlan
  readonly #waiting = new Map<number, Settled>()
  #opened: { server: number; pool: number } | undefined
  #ending: Promise<void> | undefined
  #lastToken = 0

  /** @throws BoltError when there is no native engine */
  constructor(plan: PoolPlan, functions: TypeFunctions) {
    this.#binding = nativeBinding()
    this.#plan = plan
    this.functions = functions
  }

  /** Sends a statement, and returns its token. */
  send({ sql, parameters, types, isSimple }: Message, lane: number, settled: Settled): number {
    const { server, pool } = this.#open(sql)
    return this.#ask(settled, (token) => {
      this.#binding.query(server, pool, token, sql, parameters, types, lane, isSimple)
    })
  }

  /** Takes a connection for one's own. */
  reserve(settled: Settled): void {
    const { server, pool } = this.#open('begin')
    this.#ask(settled, (token) => this.#binding.reserve(server, pool, token))
  }

  release(lane: number): void {
    if (this.#opened !== undefined) this.#binding.release(this.#opened.server, this.#opened.pool, lane)
  }

  cancel(token: number): void {
    if (this.#opened !== undefined) this.#binding.cancel(this.#opened.server, this.#opened.pool, token)
  }

  /** Closes all connections; what waits or runs has `grace` milliseconds to finish. */
  end(grace: number): Promise<void> {
    this.#ending ??= this.#end(grace)
    return this.#ending
  }

  async #end(grace: number): Promise<void> {
    if (this.#opened === undefined) return
    const { server, pool } = this.#opened
    await new Promise<void>((done) => {
      this.#ask(
        () => done(),
        (token) => this.#binding.closePool(server, pool, token, grace),
      )
    })
    await new Promise<number>((done) => this.#binding.close(server, 0, 0, done))
  }

  #open(sql: string): { server: number; pool: number } {
    if (this.#ending !== undefined) {
      throw new PostgresError(
        { code: 'POOL_CLOSED', message: 'The client was ended; make another with native().' },
        sql,
      )
    }
    if (this.#opened === undefined) {
      const server = this.#binding.createServer(
        JSON.stringify(emptyPlan()),
        () => undefined,
        () => undefined,
        () => false,
      )
      this.#opened = { server, pool: this.#openPool(server) }
    }
    return this.#opened
  }

  #openPool(server: number): number {
    try {
      return this.#binding.openPool(server, JSON.stringify(this.#plan), (token, kind, text) => {
        const settled = this.#waiting.get(token)
        this.#waiting.delete(token)
        settled?.(kind, text)
      })
    } catch (error) {
      this.#binding.close(server, 0, 0, () => undefined)
      throw new BoltError(
        'invalid-database-url',
        `native(): ${error instanceof Error ? error.message : String(error)}`,
        'change what the message names, in the connection string or in the variables PGHOST, PGSSLMODE and so on',
        error,
      )
    }
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

function nativeBinding(): Binding {
  const loaded = openNative()
  if (loaded.binding !== undefined) return loaded.binding
  throw new BoltError(
    'postgres-unavailable',
    `native(): there is no PostgreSQL client without the native engine. ${loaded.reason}`,
    `use the package 'postgres' here, which takes the same statements; or: ${loaded.fix}`,
  )
}

/** An application without routes. */
function emptyPlan(): AppPlan {
  return {
    limits: settingsOf({}).limits,
    securityHeaders: [],
    cors: null,
    compression: null,
    trustedProxies: [],
    auths: [],
    rateLimits: [],
    observe: { bounds: null, log: false },
    routes: [],
  }
}
