import { builtins } from '../builtins.ts'
import type { Context } from '../context.ts'
import type { AnyHandler } from '../declared.ts'
import { isAmong } from '../entity-tags.ts'
import { BoltError } from '../errors.ts'
import { JsonText } from '../json-text.ts'
import { isRouteQuery, type QuerySource, routeQuery } from '../query.ts'
import { Refusal } from '../refusal.ts'
import { type Reply, reply } from '../reply.ts'
import { problemOf } from './problem.ts'
import { executedText } from './text.ts'
import { type Asked, type QueryValues, valuesOf } from './values.ts'

/** The JSON of no row. */
const NONE = 'null'

/** The handler of a route that a query answers, for when JavaScript is entered. */
export function handlerOf(source: QuerySource, hasTag: boolean): AnyHandler {
  const answer = (ctx: Context) => answered(source, () => textOf(source, ctx, {}))
  return hasTag ? async (ctx: Context) => tagged(ctx, await answer(ctx)) : answer
}

/** Rows with their entity tag, or 304 when the client has them (RFC 9110 §13.1.2). The tag is weak, as what is sent may be compressed. */
function tagged(ctx: Context, rows: JsonText): Reply {
  const etag = `W/"${builtins.crypto.createHash('sha1').update(rows.text).digest('base64url')}"`
  const known = ctx.headers.get('if-none-match')
  const isKnown = known !== undefined && isAmong(etag, known)
  return isKnown ? reply(undefined, { status: 304, headers: { etag } }) : reply(rows, { headers: { etag } })
}

/** Runs a query for `ctx.run`: what it gives is what JSON has of the rows, whoever ran it. */
export async function run(query: unknown, ctx: Asked, given: QueryValues): Promise<unknown> {
  const value: unknown = JSON.parse(await textOf(sourceOf('ctx.run()', query), ctx, given))
  return value === null ? undefined : value
}

/** Runs a query for `ctx.answer`. */
export function answer(query: unknown, ctx: Asked, given: QueryValues): Promise<JsonText> {
  const source = sourceOf('ctx.answer()', query)
  return answered(source, () => textOf(source, ctx, given))
}

/** Answers with rows, or as the route of a query does when there are none or its statement failed. */
async function answered(source: QuerySource, rows: () => Promise<string>): Promise<JsonText> {
  let text: string
  try {
    text = await rows()
  } catch (error) {
    throw problemOf(error) ?? error
  }
  if (source.shape === 'one' && text === NONE) throw new Refusal(404, 'There is no such row')
  return new JsonText(text)
}

/** Rows as JSON: from Rust where that has the connections, else by the library that the query was written with. Throws at once what is missing of the values. */
function textOf(source: QuerySource, ctx: Asked, given: QueryValues): Promise<string> {
  const values = valuesOf(source, ctx, given)
  const { native } = source
  if (native === null) return executedText(source, values)
  const { client } = native
  const parameters = native.parameters.map((parameter) => {
    if ('constant' in parameter) return parameter.constant
    const value = values[parameter.input]
    const isJson = source.inputs[parameter.input]?.isJson === true && value !== null && value !== undefined
    return isJson ? JSON.stringify(value) : client.value(value)
  })
  return client.run(native.statement, parameters)
}

function sourceOf(where: string, query: unknown): QuerySource {
  if (isRouteQuery(query)) return query[routeQuery]
  throw new BoltError(
    'invalid-option',
    `${where}: it was given no query`,
    'make one with query() of @bolt-app/core/drizzle',
  )
}
