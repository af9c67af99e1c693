import { createHash } from 'node:crypto'
import { checkShape, shape as kinds } from '../check.ts'
import { BoltError } from '../errors.ts'
import { type QueryShape, type QuerySource, type RouteQuery, routeQuery } from '../query.ts'
import { assertNothingFrozen } from './frozen.ts'
import type { Jsonified } from './jsonified.ts'
import { partsOf } from './layout.ts'
import { nativeQuery } from './native.ts'
import { pageOf } from './page.ts'
import { driverValue, placesOf } from './parameters.ts'
import { byPlaceholder, countPlaceholders, type Prepared } from './prepared.ts'
import { refuse } from './refuse.ts'
import { rowSchema } from './row-schema.ts'

/** A query of Drizzle's that can be prepared: `select`, and `insert`, `update`, `delete` with `returning`. */
export interface PreparableQuery {
  readonly _: { readonly result: unknown }
  prepare(name: string): unknown
}

/** A row of a query as JSON has it: dates and bigints are texts. */
export type RowOf<Builder extends PreparableQuery> = Jsonified<
  Builder['_']['result'] extends readonly (infer Row)[] ? Row : NonNullable<Builder['_']['result']>
>

/** Makes a query that answers a route by itself. */
export interface QueryFunction {
  /**
   * Answers with a list of all rows. The SQL is written here, once; what differs between requests are `param` and `claim`. With a client of
   * `native()` Rust runs it, and JavaScript is not entered.
   * @throws BoltError 'unsupported-query' when it has no rows, or its client is one of `native()` and Rust cannot run it
   * @example
   * const list = query(db.select().from(notes).where(eq(notes.userId, claim('sub'))).limit(param.query('limit')))
   * app.get('/notes', { auth, query: z.object({ limit: z.int().max(100).default(20) }) }, list)
   */
  <Builder extends PreparableQuery>(builder: Builder): RouteQuery<RowOf<Builder>, 'many'>
  /**
   * Answers with the first row, or 404 when there is none. Throws as `query` does.
   * @example app.get('/notes/:id', query.one(db.select().from(notes).where(eq(notes.id, param.path('id')))))
   */
  one<Builder extends PreparableQuery>(builder: Builder): RouteQuery<RowOf<Builder>, 'one'>
  /**
   * Answers with a page: `{ items, nextCursor }`, the latter only when there are more rows. The query's limit, which has to be a `param`, says how many
   * items there are at most. Which rows come after a cursor is for the query to say. Throws as `query` does.
   * @example
   * const page = query.page(
   *   db.select().from(notes).where(gt(notes.id, param.query('after'))).orderBy(notes.id).limit(param.query('limit')),
   *   { cursor: 'id' },
   * )
   * app.get('/notes', { query: z.object({ after: z.int().default(0), limit: z.int().max(100).default(20) }) }, page)
   */
  page<Builder extends PreparableQuery>(
    builder: Builder,
    options: PageOptions<RowOf<Builder>>,
  ): RouteQuery<RowOf<Builder>, 'page'>
}

/** How the rows of a query are a page. */
export interface PageOptions<Row> {
  /** Name of the column whose value in the last item is `nextCursor`: one of those that the query is ordered by. */
  cursor: keyof Row & string
}

const many = <Builder extends PreparableQuery>(builder: Builder): RouteQuery<RowOf<Builder>, 'many'> =>
  make(builder, 'many')
const one = <Builder extends PreparableQuery>(builder: Builder): RouteQuery<RowOf<Builder>, 'one'> =>
  make(builder, 'one')
const page = <Builder extends PreparableQuery>(
  builder: Builder,
  options: PageOptions<RowOf<Builder>>,
): RouteQuery<RowOf<Builder>, 'page'> => {
  checkShape('query.page()', options, { cursor: kinds.text() }, ['cursor'])
  return make(builder, 'page', options.cursor)
}

export const query: QueryFunction = Object.assign(many, { one, page })

function make<Row, Shape extends QueryShape>(
  builder: PreparableQuery,
  shape: Shape,
  cursor?: string,
): RouteQuery<Row, Shape> {
  const source = Object.freeze(sourceOf(builder, shape, cursor))
  return Object.freeze({ [routeQuery]: source })
}

function sourceOf(builder: PreparableQuery, shape: QueryShape, cursor: string | undefined): QuerySource {
  const prepared = prepare(builder)
  const { sql, params } = prepared.getQuery()
  const { fields, joinsNotNullableMap: joins, customResultMapper } = prepared
  if (fields === undefined && customResultMapper === undefined) refuse(sql, 'it gives no rows', 'add .returning()')
  const parts = partsOf(fields ?? [], joins)
  const places = placesOf(sql, params)
  const page = cursor === undefined ? null : pageOf(builder, { sql, params, parts, places, cursor })
  const native = nativeQuery(prepared, shape, parts, places, page)
  countPlaceholders(
    params,
    places.map(({ at }) => at),
  )
  return {
    shape,
    page,
    sql,
    isReadOnly: prepared.queryMetadata?.type === 'select' || customResultMapper !== undefined,
    inputs: places.map(({ input }) => input),
    row: fields === undefined ? {} : rowSchema(parts, joins),
    native,
    execute: async (values) => {
      const rows = await prepared.execute(byPlaceholder(places.map((place, at) => driverValue(place, values[at]))))
      // A relational query for one gives it without a list, or undefined.
      if (Array.isArray(rows)) return rows
      return rows === undefined ? [] : [rows]
    },
  }
}

function prepare(builder: PreparableQuery): Prepared {
  if (typeof builder?.prepare !== 'function') {
    throw new BoltError(
      'unsupported-query',
      `query(): ${nameOf(builder)} is not a query that Drizzle prepares`,
      'give db.select()…, or db.insert()…, db.update()…, db.delete()… with .returning(); count with db.select({ n: count() }).from(…)',
    )
  }
  assertNothingFrozen(builder)
  // Some drivers give the statement this name, under which a connection has one text.
  const { sql } = (builder as PreparableQuery & { toSQL(): { sql: string } }).toSQL()
  return builder.prepare(`bolt_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`) as Prepared
}

/** Builders refer to tables, which refer to themselves: their classes say what they are. */
function nameOf(value: unknown): string {
  const made: unknown = typeof value === 'object' && value !== null ? value.constructor : undefined
  return typeof made === 'function' ? `a ${made.name}` : `what is ${typeof value}`
}
