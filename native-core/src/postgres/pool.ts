import type { Binding, DatabaseBinding, QueryStatement, StatementFailure } from '../binding.d.ts'
import { BoltError } from '../errors.ts'
import { openNative } from '../host.ts'
import type { AttachedPool, QueryClient } from '../query.ts'
import { Catalog } from './catalog.ts'
import { ANY_LANE, type Cancel, Connections, type Message, poolClosed, type Settled } from './connections.ts'
import { PostgresError } from './error.ts'
import type { PoolPlan } from './options.ts'
import { openOnOwnServer } from './own-server.ts'
import type { Parsers } from './parse.ts'
import type { Serializers } from './serialize.ts'

/** How values are read and written, by OID; what is changed counts from the next result on. */
export interface TypeFunctions {
  readonly parsers: Parsers
  readonly serializers: Serializers
}

/**
 * The connections of one client. They are on the server of an application that has queries of the client, else on one of their own, made when
 * the first statement is sent. Where a statement or a transaction began, there it ends.
 */
export class Pool implements QueryClient {
  readonly functions: TypeFunctions
  readonly catalog = new Catalog()
  readonly #binding: Binding
  readonly #plan: PoolPlan
  #own: Connections | undefined
  /** On servers of applications; the last one is in use. */
  #attached: Connections[] = []
  /** Those that are not closed. */
  readonly #open = new Set<Connections>()
  #ending: Promise<void> | undefined

  /** @throws BoltError when there is no native engine */
  constructor(plan: PoolPlan, functions: TypeFunctions) {
    this.#binding = nativeBinding()
    this.#plan = plan
    this.functions = functions
  }

  /** Where the next statement goes; `sql` is for the error when there is no such place. */
  current(sql: string): Connections {
    if (this.#ending !== undefined) throw poolClosed(sql)
    const attached = this.#attached.at(-1)
    if (attached !== undefined) return attached
    this.#own ??= this.#keep((forget) => openOnOwnServer(this.#binding, this.#plan, forget))
    return this.#own
  }

  /** Sends a statement to any connection. */
  send(message: Message, settled: Settled): Cancel {
    return this.current(message.sql).send(message, ANY_LANE, settled)
  }

  run(statement: QueryStatement, parameters: Array<string | null>): Promise<string> {
    return new Promise((resolve, reject) => {
      this.current(statement.sql).run(statement, parameters, (kind, text) => {
        if (kind === 0) resolve(text)
        else reject(new PostgresError(JSON.parse(text) as StatementFailure, statement.sql))
      })
    })
  }

  attach(server: number, binding: DatabaseBinding): AttachedPool {
    const connections = this.#keep((forget) => new Connections(binding, server, this.#plan, forget))
    this.#attached.push(connections)
    this.#own?.retire()
    this.#own = undefined
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

  #keep(open: (forget: () => void) => Connections): Connections {
    const connections = open(() => void this.#open.delete(connections))
    this.#open.add(connections)
    return connections
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
