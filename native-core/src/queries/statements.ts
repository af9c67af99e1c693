import type { QueryStatement } from '../binding.d.ts'
import type { NativeQuery, QueryClient } from '../query.ts'

/** A client, and what of it the routes of an application run. */
export interface UsedClient {
  readonly client: QueryClient
  readonly statements: QueryStatement[]
}

/** Counts the pools and statements of an application, in order of first use: Rust gives the same numbers when it is told of them in that order. */
export class Statements {
  readonly clients: UsedClient[] = []

  numbersOf({ client, statement }: NativeQuery): { pool: number; statement: number } {
    let pool = this.clients.findIndex((used) => used.client === client)
    if (pool === -1) pool = this.clients.push({ client, statements: [] }) - 1
    const { statements } = this.clients[pool] as UsedClient
    const known = statements.indexOf(statement)
    return { pool, statement: known === -1 ? statements.push(statement) - 1 : known }
  }
}
