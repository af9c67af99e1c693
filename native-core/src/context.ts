import type { X509Certificate } from 'node:crypto'
import type { Auth } from './auth.ts'
import type { JsonText } from './json-text.ts'
import type { QueryValues } from './queries/values.ts'
import type { QueryShape, RouteQuery, RowsOf } from './query.ts'
import type { OutputOf, Schema } from './schema/standard.ts'
import type { TraceContext } from './trace.ts'

/** Names of the parameters in a path: `/notes/:id` → `'id'`, `/files/*path` → `'path'`. */
export type ParamNames<Path extends string> = Path extends `${infer Head}/${infer Rest}`
  ? ParamName<Head> | ParamNames<Rest>
  : ParamName<Path>

type ParamName<Segment extends string> = Segment extends `:${infer Name}`
  ? Name
  : Segment extends `*${infer Name}`
    ? Name
    : never

/** Parameters of a path without a schema: all strings. */
export type PathParams<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParamNames<Path>]: string }

type PartOf<Options, Part extends string, Default> = Options extends { readonly [P in Part]: infer S extends Schema }
  ? OutputOf<S>
  : Default

/** Reads request headers by name, in any case. */
export interface HeaderReader {
  /** The header's value, several joined by ", "; undefined when it was not sent. */
  get(name: string): string | undefined
}

/** The request as it came, for what no schema describes. */
export interface RequestInfo {
  /** Method token as sent: `GET`. */
  readonly method: string
  /** Target as sent: path and query. */
  readonly url: string
  /** Path without the query, not decoded. */
  readonly path: string
  /** `https` when it came by TLS to this server; a proxy that ends TLS is not asked. */
  readonly scheme: 'http' | 'https'
  /** The certificate by which the client proved who it is: with `listen({ tls: { clientAuth } })`, and if it has one. */
  readonly clientCertificate: X509Certificate | undefined
  /** The client's address: the peer's, or what trusted proxies forwarded. */
  readonly address: string
  /** Also in the response header `x-request-id` and in log lines. */
  readonly id: string
  /** Place of the request in a distributed trace, from the header `traceparent`; undefined without a valid one. */
  readonly trace: TraceContext | undefined
  /** All headers, names in lower case, in the order sent. */
  headers(): Headers
  /** The body's bytes, whatever the content type; empty without a body. */
  bytes(): Uint8Array
  /** The body as UTF-8 text. */
  text(): string
  /**
   * The body as a stream, the same one each time. On a route with `streamBody`, and in what is mounted, its bytes come as the client sends them, and
   * `bytes` and `text` are refused; elsewhere the body is already here.
   */
  stream(): ReadableStream<Uint8Array>
}

/** What pino, console-like loggers and most others have in common. */
export interface Logger {
  /** Notes something expected. */
  info(fields: object, message?: string): void
  /** Notes something that works but should be looked at. */
  warn(fields: object, message?: string): void
  /** Notes a failure; what was thrown is in `fields.err`. */
  error(fields: object, message?: string): void
  /** When present, `ctx.log` is `child({ requestId })`. */
  child?(fields: Record<string, unknown>): Logger
}

/** One request, as every handler, middleware and hook sees it. It stays valid after `await`. */
export interface Context<
  Params = Readonly<Record<string, unknown>>,
  Query = Readonly<Record<string, unknown>>,
  HeaderValues = HeaderReader,
  Cookies = Readonly<Record<string, unknown>>,
  Body = unknown,
  Auth = unknown,
> {
  /** Parameters of the path, percent-decoded once; with a schema what it makes of them. */
  readonly params: Params
  /** The query: with a schema what it makes of it, else texts, the first of each name. */
  readonly query: Query
  /** Reads headers by name; with a schema its values are properties as well. */
  readonly headers: HeaderValues
  /** The cookies: with a schema what it makes of them, else texts as they were sent, the first of each name. */
  readonly cookies: Cookies
  /** The validated body or form; undefined on a route without a `body` or `form` schema (use `request.bytes()` there). */
  readonly body: Body
  /** Verified claims; undefined on a route without `auth`. */
  readonly auth: Auth
  /** Method, target, address and bytes of the request. */
  readonly request: RequestInfo
  /** Aborted when the client goes away before the answer is complete. */
  readonly signal: AbortSignal
  /** The logger of the application; its lines carry the request's id where it has `child`. */
  readonly log: Logger
  /**
   * Runs a query made by `query` of `@bolt-app/core/drizzle`, in Rust where its client is one of `native()`. Values that are not given are those of
   * the request. Rows are as JSON has them: dates and bigints are texts. Rejects with the error of the database's client.
   * @example const rows = await ctx.run(list, { query: { limit: 10 } })
   */
  run<Query extends RouteQuery>(query: Query, values?: QueryValues): Promise<RowsOf<Query>>
  /**
   * Runs a query to answer with its rows, which stay the text that they are. No row of `query.one` and errors of the database are answered as
   * on a route of the query's own.
   * @throws HttpError 403, 404, 409, 422 or 503, from the promise
   * @example app.get('/notes', { auth }, (ctx) => ctx.answer(ctx.auth.isAdmin ? all : list))
   */
  answer<Row, Shape extends QueryShape>(
    query: RouteQuery<Row, Shape>,
    values?: QueryValues,
  ): Promise<JsonText<Shape extends 'many' ? Row[] : Row>>
  /**
   * Sets a response header; `set-cookie` may be set several times.
   * @throws TypeError on a name or value that HTTP forbids
   */
  setHeader(name: string, value: string): void
}

/** The context of a route with this path and these options. */
export type RouteContext<Path extends string, Options, GroupClaims> = Context<
  PartOf<Options, 'params', PathParams<Path>>,
  PartOf<Options, 'query', Readonly<Record<string, string | undefined>>>,
  PartOf<Options, 'headers', unknown> & HeaderReader,
  PartOf<Options, 'cookies', Readonly<Record<string, string | undefined>>>,
  PartOf<Options, 'body', PartOf<Options, 'form', undefined>>,
  Options extends { readonly auth: Auth<infer Claims> } ? Claims : GroupClaims
>
