import type { StatementFailure } from '../binding.d.ts'
import { ANY_LANE, type Connections } from '../database/connections.ts'
import type { Pool } from '../database/pool.ts'
import { SqliteError } from './error.ts'
import { type ResultSet, resultOf } from './result.ts'
import type { Arguments, Statement } from './surface.ts'
import { bind } from './values.ts'

/** A statement as it is sent. */
export interface Asked {
  readonly sql: string
  readonly args: Arguments
}

/** Reads what a statement was given as. */
export function askedOf(
  statement: Statement | readonly [string, (Arguments | Record<string, unknown>)?],
  args?: Arguments | Record<string, unknown>,
): Asked {
  if (typeof statement === 'string') return checked(statement, args)
  return Array.isArray(statement)
    ? checked(statement[0], statement[1])
    : checked((statement as { sql: string }).sql, (statement as { args?: Arguments }).args)
}

function checked(sql: unknown, args: unknown = []): Asked {
  if (typeof sql !== 'string') throw new TypeError('A statement is a string, or an object with one as `sql`')
  if (Array.isArray(args)) return { sql, args: args as Arguments }
  const message = 'arguments by name are not supported: write ? for each place, and pass a list'
  throw new SqliteError({ code: 'NOT_SUPPORTED', message }, sql)
}

/** Where statements go: to a pool, or to the connection of a transaction. */
export class Session {
  readonly #connections: () => Connections
  readonly #lane: number

  constructor(connections: () => Connections, lane = ANY_LANE) {
    this.#connections = connections
    this.#lane = lane
  }

  async execute(asked: Asked, statementIndex?: number): Promise<ResultSet> {
    return resultOf(await this.#send(asked, false, statementIndex))
  }

  async script(sql: string): Promise<void> {
    await this.#send({ sql, args: [] }, true)
  }

  async #send({ sql, args }: Asked, isSimple: boolean, statementIndex?: number): Promise<string> {
    const message = { sql, ...bind(args), isSimple }
    const answer = await new Promise<string | StatementFailure>((resolve) => {
      this.#connections().send(message, this.#lane, (kind, text) => {
        resolve(kind === 0 ? text : (JSON.parse(text) as StatementFailure))
      })
    })
    if (typeof answer !== 'string') throw new SqliteError(answer, sql, statementIndex)
    return answer
  }
}

/** The connection that writes, for oneself. */
export class Reserved extends Session {
  readonly #release: () => void
  #isReleased = false

  static async of(pool: Pool): Promise<Reserved> {
    const connections = pool.current('begin')
    const lane = await new Promise<number | StatementFailure>((resolve) => {
      connections.reserve((kind, text) => resolve(kind === 0 ? Number(text) : (JSON.parse(text) as StatementFailure)))
    })
    if (typeof lane !== 'number') throw new SqliteError(lane, 'begin')
    return new Reserved(connections, lane)
  }

  private constructor(connections: Connections, lane: number) {
    super(() => connections, lane)
    this.#release = () => connections.release(lane)
  }

  /** Gives it back; what is open in it is rolled back. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#release()
  }
}
