import type { DatabaseBinding, QueryStatement, QueryValue } from './binding.d.ts'
import type { JsonSchema } from './plan.ts'

/** What queries for routes are recognised by, whichever bundle or copy of the package made them. */
export const routeQuery: unique symbol = Symbol.for('@bolt-app/core:query') as never

/** What clients are recognised by whose statements Rust can run. Its value is a `QueryClient`. */
export const queryClient: unique symbol = Symbol.for('@bolt-app/core:query-client') as never

/** Whether a query answers with all of its rows, with the first one, or with a page of them. */
export type QueryShape = 'many' | 'one' | 'page'

/**
 * A query that answers a route by itself, made by `query`, `query.one` and `query.page` of `@bolt-app/core/drizzle`: given in the place of a handler, or run by
 * `ctx.run` and `ctx.answer`. It never changes. `Row` is a row as JSON has it.
 */
export interface RouteQuery<Row = unknown, Shape extends QueryShape = QueryShape> {
  /** @internal */
  readonly [routeQuery]: QuerySource
  /** Type of the rows; never set. */
  readonly row?: Row
  /** Type of the shape; never set. */
  readonly shape?: Shape
}

/** What `ctx.run` gives: all rows, the first one if there is any, or a page. */
export type RowsOf<Query> =
  Query extends RouteQuery<infer Row, infer Shape>
    ? { many: Row[]; one: Row | undefined; page: Page<Row> }[Shape]
    : never

/** Some of the rows of a query, and where the next ones begin. */
export interface Page<Row> {
  items: Row[]
  /** What a column has in the last of the items; left out on the last page. */
  nextCursor?: Row[keyof Row]
}

/** How the rows of a query are a page. */
export interface QueryPage {
  /** Index of the input that says how many rows a page has. */
  readonly limit: number
  /** Name of the property that the next page begins after. */
  readonly cursor: string
}

/** A query, whatever library it was written with. */
export interface QuerySource {
  readonly shape: QueryShape
  /** Null unless the shape is a page. */
  readonly page: QueryPage | null
  /** The statement, for messages. */
  readonly sql: string
  /** Whether it changes nothing, so that it cannot conflict with what is stored. */
  readonly isReadOnly: boolean
  /** Where its values come from: one for each place in the statement. */
  readonly inputs: readonly QueryInput[]
  /** What a row is, for the OpenAPI document. */
  readonly row: JsonSchema
  /** Runs it by its own library, with a value for each input; null: NULL. */
  execute(values: readonly unknown[]): Promise<readonly unknown[]>
  /** How Rust runs it; null when its client is not one of Rust's. */
  readonly native: NativeQuery | null
}

/** Where a value comes from. */
export interface QueryInput {
  readonly from: 'path' | 'query' | 'body' | 'claim'
  /** Name of the parameter or property; of a claim also a dotted path. */
  readonly name: string
  /** Whether it may be missing, and is NULL then. */
  readonly isOptional: boolean
  /** Whether it is written as JSON, whatever it is. */
  readonly isJson: boolean
}

/** How Rust runs a query. */
export interface NativeQuery {
  readonly statement: QueryStatement
  /** In the order of `$1`, `$2`: a value that is always the same, or the index of an input. */
  readonly parameters: ReadonlyArray<{ readonly constant: string | number | null } | { readonly input: number }>
  readonly client: QueryClient
}

/** A client whose connections Rust keeps. */
export interface QueryClient {
  /**
   * Opens its pool on the server of an application. From then on what is asked of the client goes there.
   * @throws BoltError 'invalid-database-url'
   */
  attach(server: number, binding: DatabaseBinding): AttachedPool
  /** Runs a statement, and gives its rows as JSON text. Rejects with the client's error. */
  run(statement: QueryStatement, parameters: QueryValue[]): Promise<string>
  /** A value that Drizzle has encoded, as the statement always has it. Throws when it cannot be written down. */
  constant(value: unknown, sql: string): string | number | null
  /** A value of a handler as the database is given it; the rules for those of requests are in Rust (bolt_core engine/query.rs). */
  value(value: unknown): QueryValue
}

/** The pool of a client on the server of an application. */
export interface AttachedPool {
  /** Its number within the server. */
  readonly number: number
  /** Takes in a statement; its number within the pool. */
  add(statement: QueryStatement): number
  /** The server is about to close: what is asked of the client from now on goes elsewhere. */
  detach(): void
  /** The server is closed: what still waits there fails. */
  abandon(): void
}

export function isRouteQuery(value: unknown): value is RouteQuery {
  return typeof value === 'object' && value !== null && routeQuery in value
}
