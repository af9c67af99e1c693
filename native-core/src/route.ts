import { type Auth, assertAuth } from './auth.ts'
import { type Check, checkShape, shape } from './check.ts'
import type { Context, RequestInfo, RouteContext } from './context.ts'
import { BoltError } from './errors.ts'
import type { FileReply } from './file.ts'
import { type FormLimits, formLimitsCheck } from './forms/limits.ts'
import type { Guard } from './guard.ts'
import type { JsonText } from './json-text.ts'
import type { RouteQuery } from './query.ts'
import { type RateLimitOption, rateLimits } from './rate-limit.ts'
import type { Reply } from './reply.ts'
import { isSchema, type OutputOf, type Schema } from './schema/standard.ts'
import type { StreamBody } from './source.ts'

/** Response schemas by status; null for a status without a body. */
export type ResponseMap = { readonly [status: number]: Schema | null }

/** Options of a route; each is checked when the route is declared and an unknown one is refused. */
export interface RouteOptions {
  /** Path parameters; text is coerced as the schema says (`z.number()` accepts `/notes/7`). @default all strings */
  params?: Schema
  /** Query parameters; a repeated key is an array where the schema has one. @default all strings, the first of each name */
  query?: Schema
  /** Request headers by lower-case name. */
  headers?: Schema
  /** Cookies, coerced as the schema says. @default texts as they were sent */
  cookies?: Schema
  /** The JSON body. */
  body?: Schema
  /**
   * The form: `application/x-www-form-urlencoded` or `multipart/form-data`. Texts are coerced as the schema says, a repeated name is an array
   * where the schema has one, files are `UploadedFile`s (`z.file()`). The value is `ctx.body`. Not together with `body`.
   */
  form?: Schema
  /** Bounds on the form, instead of those of `createApp`. */
  formLimits?: Partial<FormLimits>
  /** What the route answers: one schema, or one per status. */
  response?: Schema | ResponseMap
  /** Status of a plain return value. @default 200 */
  status?: number
  /** How a request signs in; without it the route is open. @default the group's */
  auth?: Auth<unknown>
  /** Rules on the verified claims; all must hold, those of the groups too. */
  guard?: Guard | readonly Guard[]
  /** How often a client may ask, besides the limits of the groups and of the application. @default none */
  rateLimit?: RateLimitOption
  /** Largest body of this route, bytes. @default limits.bodyBytes */
  bodyBytes?: number
  /**
   * Hands the body over while it arrives, by `ctx.request.stream()`: the handler runs as soon as the head is here. Not together with `body`.
   * @default false
   */
  streamBody?: boolean
  /** One line for the OpenAPI document. */
  summary?: string
  /** More than one line for the OpenAPI document; Markdown. */
  description?: string
  /** Added to the tags of the groups. */
  tags?: readonly string[]
  /** Name of the operation for generated clients. @default made of method and path */
  operationId?: string
  /** Leaves the route out of the OpenAPI document. @default false */
  hidden?: boolean
  /** False keeps the responses as they are, whatever a client accepts. @default true */
  compression?: boolean
  /**
   * Gives the rows of a query an entity tag, and answers 304 to a client that has them. The statement runs all the same. Only for GET with a query.
   * @default false
   */
  etag?: boolean
}

/** Options of `group`; they hold for every route in it. */
export interface GroupOptions {
  /** How requests sign in to routes that say nothing else. @default that of the group around */
  auth?: Auth<unknown>
  /** Rules on the verified claims, besides those of the groups around and of the routes. */
  guard?: Guard | readonly Guard[]
  /** How often a client may ask all routes of the group together. @default none */
  rateLimit?: RateLimitOption
  /** Tags of all routes in the OpenAPI document, besides those of the groups around. */
  tags?: readonly string[]
  /** Leaves the group's routes out of the OpenAPI document. @default false */
  hidden?: boolean
  /** False keeps the responses as they are, whatever a client accepts. @default true */
  compression?: boolean
}

type SuccessOf<Map> = {
  [Status in keyof Map]: Status extends 200 | 201 | 202 | 203 | 206 ? BodyOf<Map[Status]> : never
}[keyof Map]
type BodyOf<S> = S extends Schema ? OutputOf<S> : undefined
type RepliesOf<Map> = {
  [Status in keyof Map & number]: Reply<BodyOf<Map[Status]> | Unseen, StatusesFor<Map, BodyOf<Map[Status]>>>
}[keyof Map & number]
/** The statuses that may have such a body: a reply need not know which of them it is. */
type StatusesFor<Map, Body> = {
  [Status in keyof Map & number]: [Body] extends [BodyOf<Map[Status]>] ? Status : never
}[keyof Map & number]

/** What a handler of a route with these options may return. */
export type HandlerValue<Options> = Options extends { readonly response: infer R }
  ? R extends Schema
    ? OutputOf<R> | Reply<OutputOf<R> | Unseen | undefined> | JsonText<OutputOf<R>> | Unseen | Response
    :
        | SuccessOf<R>
        | RepliesOf<R>
        | JsonText<SuccessOf<R>>
        | (204 extends keyof R ? undefined : never)
        | Unseen
        | Response
  : unknown

/** What no response schema can look at. One kind of `Reply` a status: with more, literals in a `reply(…)` would no longer be inferred. */
type Unseen = StreamBody | FileReply

/**
 * Answers a request. The value is the answer: object → JSON, string → text, bytes, a stream, `file(…)`, `reply(…)`, `Response`,
 * undefined → 204.
 */
export type Handler<Ctx, Options> = (ctx: Ctx) => HandlerValue<Options> | Promise<HandlerValue<Options>>

/** Wraps handlers; returns what `next` gave, or something else in its place. */
export type Middleware = (ctx: Context, next: () => Promise<unknown>) => unknown

/** A fetch handler, such as better-auth's `auth.handler`; `info` has what a `Request` does not, such as the client's address. */
export type FetchHandler = (request: Request, info: RequestInfo) => Response | Promise<Response>

/** An object type that has no keys but those of `Known`. */
export type Only<Given, Known> = Given & { readonly [Key in Exclude<keyof Given, keyof Known>]: never }

/** Declares a route of one method, which a handler answers or a query. */
export interface RouteMethod<Prefix extends string, GroupClaims> {
  <Path extends string>(
    path: Path,
    handler: Handler<RouteContext<`${Prefix}${Path}`, object, GroupClaims>, object> | RouteQuery,
  ): void
  <Path extends string, const Options extends RouteOptions>(
    path: Path,
    options: Only<Options, RouteOptions>,
    handler: Handler<RouteContext<`${Prefix}${Path}`, Options, GroupClaims>, Options> | RouteQuery,
  ): void
}

const auth: Check = (value, where) => {
  assertAuth(where, value)
  return undefined
}

const guard: Check = (value) => {
  const isGuard = [value].flat().every((one) => Array.isArray((one as Guard | null)?.rules))
  return isGuard ? undefined : 'requires(…), or a list of them'
}

const response: Check = (value) => {
  if (isSchema(value)) return undefined
  const isMap =
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(
      ([status, schema]) => /^[2-5]\d\d$/.test(status) && (schema === null || isSchema(schema)),
    )
  return isMap ? undefined : 'a Standard Schema, or an object of them by status (200 to 599)'
}

const groupShape = {
  auth,
  guard,
  rateLimit: rateLimits,
  tags: shape.list(shape.text()),
  hidden: shape.flag(),
  compression: shape.flag(),
}

/** What routes and WebSockets ask of a request. */
export const requestShape = {
  params: shape.schema(),
  query: shape.schema(),
  headers: shape.schema(),
  cookies: shape.schema(),
  auth,
  guard,
  rateLimit: rateLimits,
}

const routeShape = {
  ...groupShape,
  ...requestShape,
  body: shape.schema(),
  form: shape.schema(),
  formLimits: formLimitsCheck,
  response,
  status: shape.integer({ min: 200, max: 399 }),
  bodyBytes: shape.integer({ min: 0 }),
  streamBody: shape.flag(),
  summary: shape.text(),
  description: shape.text(),
  operationId: shape.text(),
  etag: shape.flag(),
}

export function checkRouteOptions(where: string, method: string, options: unknown, isQuery: boolean): void {
  checkShape(where, options, routeShape)
  const { body, streamBody, form, formLimits, etag, status = 200 } = options as RouteOptions
  if (etag === true && (!isQuery || method !== 'GET' || status !== 200)) {
    const what = isQuery ? `${method} with the status ${status}` : 'a handler'
    throw new BoltError(
      'invalid-option',
      `${where}: etag on ${what}`,
      'it is for GET with a query() that answers 200; a handler sets the header by reply(value, { headers: { etag } })',
    )
  }
  const fault =
    form === undefined
      ? formLimits !== undefined && 'formLimits without form'
      : (method === 'GET' && 'a form on GET') ||
        (body !== undefined && 'form together with body') ||
        (streamBody === true && 'form together with streamBody')
  if (fault !== false)
    throw new BoltError('invalid-option', `${where}: ${fault}`, 'a route takes one kind of body, and GET takes none')
  if (method === 'GET' && (body !== undefined || streamBody === true)) {
    throw new BoltError(
      'invalid-option',
      `${where}: ${body === undefined ? 'streamBody' : 'a body schema'} on GET`,
      'GET requests have no body; use query, or POST',
    )
  }
  if (body !== undefined && streamBody === true) {
    throw new BoltError(
      'invalid-option',
      `${where}: body together with streamBody`,
      'a body with a schema is read as a whole before the handler runs; leave one of them out',
    )
  }
}

export function checkGroupOptions(where: string, options: unknown): void {
  checkShape(where, options, groupShape)
}
