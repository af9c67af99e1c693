import { entityKind } from 'drizzle-orm'
import type { QueryColumn, QueryStatement } from '../binding.d.ts'
import { type NativeQuery, type QueryClient, type QueryPage, type QueryShape, queryClient } from '../query.ts'
import { columnsOf, type Part } from './layout.ts'
import { booleansOf, nativeParameters, type Place } from './parameters.ts'
import type { Prepared } from './prepared.ts'
import { refuse } from './refuse.ts'

/** A client of `native()`, of this bundle or another. */
interface Client {
  readonly [queryClient]: QueryClient
}

/** How Rust runs a prepared query; null when the client is not one of Rust's. Throws when it is, and cannot be done. */
export function nativeQuery(
  prepared: Prepared,
  shape: QueryShape,
  parts: readonly Part[],
  places: readonly Place[],
  page: QueryPage | null,
): NativeQuery | null {
  const client = clientOf(prepared)
  if (client === undefined) return null
  const queryable = client[queryClient]
  const { sql, params } = prepared.getQuery()
  if (prepared.customResultMapper !== undefined) {
    refuse(
      sql,
      'the rows of a relational query (db.query) are put together by Drizzle',
      'write it with db.select() and joins, or run it in a handler',
    )
  }
  if (isCached(prepared)) refuse(sql, "the database has a cache of Drizzle's, which Rust does not ask")
  const booleans = booleansOf(places)
  const limit = page && { ...page, limit: places[page.limit]?.at ?? -1 }
  const statement = statementOf(sql, shape, columnsOf(sql, parts), limit)
  return {
    statement: { ...statement, ...(booleans.length > 0 && { booleans }) },
    parameters: nativeParameters(sql, params, places, queryable),
    client: queryable,
  }
}

/** `page.limit` is the index of a parameter here. */
function statementOf(sql: string, shape: QueryShape, columns: QueryColumn[], page: QueryPage | null): QueryStatement {
  if (shape !== 'page' || page === null) return { sql, shape: shape === 'one' ? 'one' : 'many', columns }
  const cursor = columns.findIndex(({ path }) => path.length === 1 && path[0] === page.cursor)
  return { sql, shape: { page: { limit: page.limit, cursor } }, columns }
}

function clientOf({ client }: Prepared): Client | undefined {
  const isClient =
    (typeof client === 'function' || typeof client === 'object') && client !== null && queryClient in client
  return isClient ? (client as Client) : undefined
}

/** Drizzle has a cache that keeps nothing where none was given. */
function isCached({ cache }: Prepared): boolean {
  return cache !== undefined && (cache.constructor as { [entityKind]?: string })[entityKind] !== 'NoopCache'
}
