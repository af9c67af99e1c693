/**
 * The native binding: what TypeScript may ask of Rust and the other way round. Kept in step with `crates/bolt_napi/src/lib.rs`.
 * Requests are plain numbers (server, slot and generation); a number whose request is over makes every call below return
 * `undefined` or `false`, never another request's data. Whatever is thrown is an Error with a `code`.
 */

/** One request that Rust wants answered by JavaScript. */
export type Handle = number

/** A value that Rust has already coerced as the route's schema says. */
export type Input = string | number | boolean | undefined | Array<string | number | boolean>

/**
 * Called for each request that needs a handler. `inputs`, in this order and always of the same length for a route: each path
 * parameter in path order; each declared query property in `RoutePlan.query.names` order; the same for headers and cookies;
 * then, if the route declares a body schema, the body's text (already validated JSON).
 * Each call has an asynchronous context of its own, although the calls of one pass share a callback scope.
 * Returns the response body for the route's default status (JSON text, or what `setText` said last), or `undefined`: the answer comes
 * by `complete` or `respond`.
 */
export type Dispatch = (route: number, handle: Handle, ...inputs: Input[]) => string | undefined

/** The client went away before the answer of a pending request was complete. */
export type Aborted = (handle: Handle) => void

/** Where a server can be reached. */
export type Listening = { host: string; port: number } | { path: string }

export interface InjectedResponse {
  /** 0 when the connection ended without a response, as it does after an incomplete request. */
  status: number
  /** Name and value in turn, names in lower case, in wire order. */
  headers: string[]
  body: Uint8Array
}

export interface Stats {
  /** Requests whose head was read completely, whatever the answer. */
  requests: number
  /** Responses made in Rust without entering JavaScript. */
  nativeAnswers: number
  /** Calls of `Dispatch`. */
  javascriptCalls: number
  connections: number
  inFlight: number
}

export interface Binding {
  /**
   * Compiles an application plan (`AppPlan` of `plan.ts` as JSON). Anything not understood throws
   * `{ code, message }` naming route and field; nothing is listening yet.
   */
  createServer(plan: string, dispatch: Dispatch, aborted: Aborted): number
  /** Starts accepting (`ListenPlan` of `listen.ts` as JSON). Throws `{ code: 'EADDRINUSE' | …, message }`. */
  listen(server: number, plan: string): Listening
  /**
   * Opens a listening socket for another process, or another server, which listens on it by its descriptor; nothing is accepted here.
   * The caller closes the descriptor, and removes the file of a Unix domain socket. Takes and throws what `listen` does.
   */
  openListener(plan: string): Listening & { fd: number }
  /** Stops accepting, sends `Connection: close` on what is in flight, calls `done(cut)` when all connections are gone or after `graceMs` (then `cut` counts those cut off). */
  close(server: number, graceMs: number, done: (cut: number) => void): void
  /** Takes one request (HTTP/1.1 bytes as they would come from a socket) through the same engine; `peer` is the address it claims to come from. */
  inject(server: number, bytes: Uint8Array, peer: string, done: (response: InjectedResponse) => void): void
  /**
   * Answers a pending request. `headers`: name and value in turn, or undefined. Content-Type must be among them unless the body
   * is undefined; Content-Length, Date and Connection are the engine's. False when the request is already over or answered;
   * throws on header values with CR, LF or NUL, and on a bad status.
   */
  respond(handle: Handle, status: number, headers: string[] | undefined, body: string | Uint8Array | undefined): boolean
  /** Answers a pending request as if `Dispatch` had returned the text. False when the request is already over or answered. */
  complete(handle: Handle, text: string): boolean
  /**
   * Says whether texts that `Dispatch` returns for the route of this request, and that `complete` takes, are plain text from now on.
   * At first they are JSON. Far cheaper than headers with each answer, as most routes always return the same kind. False, and nothing
   * changed, when the request is already over.
   */
  setText(handle: Handle, isText: boolean): boolean
  method(handle: Handle): string | undefined
  /** Request target as sent: path and query. */
  target(handle: Handle): string | undefined
  /** First value of a header, several joined by ", "; name in lower case. */
  header(handle: Handle, name: string): string | undefined
  /** All headers, name (lower case) and value in turn, in wire order. */
  headers(handle: Handle): string[] | undefined
  /** The client's address: the peer, or what trusted proxies forwarded. */
  address(handle: Handle): string | undefined
  /** The whole request body. */
  body(handle: Handle): Uint8Array | undefined
  /** Request id: the inbound x-request-id if it is 1-128 visible ASCII characters, else a new one. Also on the response. */
  requestId(handle: Handle): string | undefined
  /** Verified claims of the auth that admitted the request, as JSON text; undefined when the route has none. */
  claims(handle: Handle): string | undefined
  /** Replaces the keys of one auth (JWKS rotation); JSON text of a JWKS. */
  setKeys(server: number, auth: number, jwks: string): void
  stats(server: number): Stats
}
