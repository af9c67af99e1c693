import type { Binding, DatabaseBinding, QueryStatement, QueryValue, StatementFailure } from '../binding.d.ts'
import type { AttachedPool, QueryClient } from '../query.ts'
import { ANY_LANE, type Cancel, Connections, type Message, POOL_CLOSED, type Settled } from './connections.ts'
import type { Engine } from './engine.ts'
import { openOnOwnServer } from './own-server.ts'

/**
 * The connections of one client. They are on the server of an application that has queries of the client, else on one of their own, made when
 * the first statement is sent. Where a statement or a transaction began, there it ends.
 */
export class Pool implements QueryClient {
  readonly #binding: Binding
  readonly #engine: Engine
  #own: Connections | undefined
  /** On servers of applications; the last one is in use. */
  #attached: Connections[] = []
  /** Those that are not closed. */
  readonly #open = new Set<Connections>()
  #ending: Promise<void> | undefined

  constructor(binding: Binding, engine: Engine) {
    this.#binding = binding
    this.#engine = engine
  }

  /** Where the next statement goes; `sql` is for the error when there is no such place. */
  current(sql: string): Connections {
    if (this.#ending !== undefined) throw this.failure(POOL_CLOSED, sql)
    return this.#attached.at(-1) ?? this.#ownConnections()
  }

  /** Sends a statement to any connection. */
  send(message: Message, settled: Settled): Cancel {
    return this.current(message.sql).send(message, ANY_LANE, settled)
  }

  run(statement: QueryStatement, parameters: QueryValue[]): Promise<string> {
    return new Promise((resolve, reject) => {
      this.current(statement.sql).run(statement, parameters, (kind, text) => {
        if (kind === 0) resolve(text)
        else reject(this.failure(JSON.parse(text) as StatementFailure, statement.sql))
      })
    })
  }

  failure(failure: StatementFailure, sql: string): Error {
    return this.#engine.failure(failure, sql)
  }

  constant(value: unknown, sql: string): string | number | null {
    return this.#engine.constant(value, sql)
  }

  value(value: unknown): QueryValue {
    return this.#engine.value(value)
  }

  attach(server: number, binding: DatabaseBinding): AttachedPool {
    if (this.#engine.keepsOwn) this.#ownConnections()
    const connections = this.#keep((forget) => new Connections(binding, server, this.#engine, forget))
    this.#attached.push(connections)
    if (!this.#engine.keepsOwn) {
      this.#own?.retire()
      this.#own = undefined
    }
    return {
      number: connections.number,
      add: (statement) => connections.add(statement),
      detach: () => {
        this.#attached = this.#attached.filter((other) => other !== connections)
      },
      abandon: () => {
        this.#open.delete(connections)
        connections.abandon()
      },
    }
  }

  /** Closes all connections; what waits or runs has `grace` milliseconds to finish. */
  end(grace: number): Promise<void> {
    this.#ending ??= Promise.all([...this.#open].map((connections) => connections.end(grace))).then(() => undefined)
    return this.#ending
  }

  /** Opens connections beside those of the statements, on a server of their own. */
  openBeside(): Connections {
    if (this.#ending !== undefined) throw this.failure(POOL_CLOSED, '')
    return this.#keep((forget) => openOnOwnServer(this.#binding, this.#engine, forget))
  }

  #ownConnections(): Connections {
    this.#own ??= this.#keep((forget) => openOnOwnServer(this.#binding, this.#engine, forget))
    return this.#own
  }

  #keep(open: (forget: () => void) => Connections): Connections {
    const connections = open(() => void this.#open.delete(connections))
    this.#open.add(connections)
    return connections
  }
}
