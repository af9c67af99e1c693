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

/**
 * What happened to a request that JavaScript has:
 * 0 aborted: it is over without (all of) its answer, because the client went away, the time was up, or its streamed body broke a rule;
 * 1 readable: more of its streamed body came, or the end of it, after `read` had given `undefined`;
 * 2 drained: little of its streamed response is unsent, after `push` had told more than `limits.streamBuffer`.
 */
export type EventKind = 0 | 1 | 2

/** Called for each event, in order; never from within another function of the binding. */
export type OnEvent = (handle: Handle, kind: EventKind) => void

/** Where a server can be reached. */
export type Listening = { host: string; port: number } | { path: string }

/**
 * Something to know about a WebSocket. `place` is the number that `accept` gave. Kinds: 0 message (text as a string, else bytes);
 * 1 a text message that does not fit the route's schema (`data` is the list of violations as JSON); 2 drained: all that waited for the
 * client was written, after more than `limits.streamBuffer` did; 3 closed, the last event (`data` is the reason, `code` that of the first Close frame
 * of either side, 1005 without one in it, 1006 when the connection was lost).
 * Returns true when a handler is still at work: the socket's next event comes after `socketDone`.
 */
export type SocketEvent = (place: number, kind: number, data: string | Uint8Array | undefined, code: number) => boolean

export interface InjectedResponse {
  /** 0 when the connection ended without a complete response, as it does after an incomplete request. */
  status: number
  /** Name and value in turn, names in lower case, in wire order. */
  headers: string[]
  body: Uint8Array
}

/** What `app.stats()` gives: counters since the start, and what is open now. */
export interface Stats {
  /** Requests whose head was read completely, whatever the answer. */
  requests: number
  /** Responses made in Rust without entering JavaScript. */
  nativeAnswers: number
  /** Calls of `Dispatch`. */
  javascriptCalls: number
  /** Statements that were sent to a database for a request, without entering JavaScript. */
  queries: number
  /** Open connections. */
  connections: number
  /** Connections since the start. */
  connectionsTotal: number
  /** Requests that wait for a handler or its answer. */
  inFlight: number
  /** Open WebSockets. */
  sockets: number
  /** Bytes that came: over HTTP/1.1 all, over HTTP/2 those of bodies; without what TLS adds. */
  bytesReceived: number
  /** Bytes that were written: responses as HTTP/1.1 has them, also those of HTTP/2; without what TLS adds. */
  bytesSent: number
}

/**
 * What happened to something that was asked of a database. Kind 0: it succeeded, and `text` is a `StatementResult` as JSON (of `simple`
 * statements an array of them; of `reserve` the lane's number; of `closePool` null). Kind 1: it failed, and `text` is a `StatementFailure` as
 * JSON. Called once for each token, never from within another function of the binding.
 */
export type Settle = (token: number, kind: 0 | 1, text: string) => void

/** Cells: null; booleans; int2, int4, oid and finite floats as numbers; json and jsonb as what they are; everything else as PostgreSQL writes it. */
export interface StatementResult {
  /** Name and OID of the type. */
  columns: Array<[string, number]>
  rows: unknown[][]
  /** The word of the command's tag, such as `SELECT`. */
  command: string
  /** Rows that it was about; null where the command does not tell. */
  count: number | null
}

/**
 * What a statement gives over SQLite. Cells: null, numbers, texts; `{ i }` an integer beyond those that a number keeps, `{ r }` an infinity, `{ b }` a blob in
 * base64. Columns with name and declared type, '' where there is none.
 */
export interface SqliteResult {
  columns: Array<[string, string]>
  rows: Array<Array<null | number | string | { i: string } | { r: string } | { b: string }>>
  /** Rows that were changed; 0 of a statement with columns. */
  changes: number
  /** Digits of the last ROWID that was made; null of a statement with columns. */
  lastId: string | null
}

/** Fields as PostgreSQL reports them; `code` is its SQLSTATE, or a word in capitals for what the client found out itself. */
export interface StatementFailure {
  code: string
  message: string
  [field: string]: string
}

/** A statement that is run often, and what becomes of its rows. */
export interface QueryStatement {
  sql: string
  /**
   * A list of all rows; the first one, null when there is none; or a page: an object with the list `items` of as many rows as the parameter of index `limit`
   * says (one more is asked for), and with `nextCursor` when there are more: what column `cursor` has in the last of the items.
   */
  shape: 'many' | 'one' | { page: { limit: number; cursor: number } }
  /** In the order of the select list. */
  columns: QueryColumn[]
  /** Of SQLite: indexes of parameters that are truth values, whatever they come as. */
  booleans?: number[]
}

/** A value for a statement. PostgreSQL is given the text of each; SQLite keeps the kind, with booleans as 1 and 0. */
export type QueryValue = string | number | boolean | null

/** What becomes of a column. */
export interface QueryColumn {
  /** Where the value goes in a row: `['id']`, or `['notes', 'id']` within an object; columns of one object lie side by side. */
  path: string[]
  form: ColumnForm
  /** Of the first column of an object: when it is NULL the object is null (a joined row that is not there). */
  nullable: boolean
}

/** How a value becomes JSON: that of PostgreSQL, and for SQLite 'boolean', 'raw', 'number', 'string', 'json', and those that only it has. One that does not fit fails the statement with `UNEXPECTED_TYPE`. */
export type ColumnForm =
  /** bool; of SQLite any value, by what JavaScript takes for true. */
  | 'boolean'
  /** int2, int4, int8, oid, float4, float8, numeric: the digits; NaN and infinities are null, as JSON.stringify has it. */
  | 'number'
  /** Any type: PostgreSQL's text in quotes. */
  | 'string'
  /** json, jsonb: the text as it is. */
  | 'json'
  /** timestamp, timestamptz, date: ISO 8601 in UTC with milliseconds, as Date.toJSON; infinity is null. */
  | 'instant'
  /**
   * By the type that PostgreSQL says, as drivers read it: bool; int2, int4, oid, float4, float8 as numbers; json, jsonb; arrays of these; all else a
   * string. Of bytea and of arrays of a database's own types nothing can be made.
   */
  | 'raw'
  /** Of SQLite: whether it is the number 1. */
  | 'one'
  /** Of SQLite: a number of seconds since 1970, as ISO 8601 in UTC with milliseconds. */
  | 'seconds'
  /** Of SQLite: a number of milliseconds since 1970, as ISO 8601 in UTC with milliseconds. */
  | 'milliseconds'
  /** Of any dimension; elements by the form. */
  | { array: ColumnForm }

/** What is to be known of the statements of a pool. */
export interface WatchPlan {
  /** Upper bounds of the buckets of all histograms, microseconds, rising; null: nothing is counted. */
  bounds: readonly number[] | null
  /** From how many milliseconds on a statement is recorded; null: not for its time. */
  slow: number | null
  /** Whether those that routes send without JavaScript are all recorded. */
  traces: boolean
}

/** What was counted of a pool. */
export interface PoolReport {
  connections: {
    /** Statements run on them, or a transaction has them. */
    used: number
    idle: number
    /** As many as there may be. */
    max: number
    /** Since the start. */
    made: number
    /** Attempts to connect since the start. */
    refused: number
    /** Who waits for one. */
    waiting: number
  }
  /** How long statements and transactions waited for a connection. */
  waiting: { buckets: number[]; sum: number }
  /** Statements that failed, by code. */
  failures: Record<string, number>
  /** By the beginning of the text; without one all that could not be counted apart. Times until they were answered, in microseconds. */
  statements: Array<{ sql: string; done: number; failed: number; buckets: number[]; sum: number }>
}

/** Single statements that were recorded. */
export interface StatementRecords {
  /** How many more there would have been. */
  dropped: number
  /** Beginning of the text, milliseconds since 1970 when it was asked for, milliseconds until it was answered and how many of them it waited, code of its failure, sender. */
  entries: Array<
    [sql: string, since: number, ms: number, waitedMs: number, code: string | null, sender: StatementSender | null]
  >
}

/** Which request sent a statement without JavaScript. */
export interface StatementSender {
  /** Id of its route. */
  route: number
  /** Its id, as on the response. */
  id: string
  traceparent: string | null
  tracestate: string | null
}

/** Databases, on the host of a server: in the loop or on its thread. The fallback has none. */
export interface DatabaseBinding {
  /** Makes a pool that connects when it is first asked; `options` is JSON (`PoolOptions` of the host). Its number within the server. */
  openPool(server: number, options: string, settle: Settle): number
  /** Makes a pool on a file or on memory, which is opened when it is first asked; `options` is JSON (`SqliteOptions` of the host). Its number. */
  openSqlite(server: number, options: string, settle: Settle): number
  /**
   * Sends one statement by the extended protocol, or with `simple` any number of them without parameters. `parameters` in the text format; `types`: an OID for
   * each, 0 where PostgreSQL infers it; of SQLite 1 integer, 2 float, 3 text, 4 blob in base64; undefined: all 0, or all texts. `lane`: 0 for any connection that is shared, else what `reserve` gave.
   */
  query(
    server: number,
    pool: number,
    token: number,
    sql: string,
    parameters: Array<string | null>,
    types: number[] | undefined,
    lane: number,
    simple: boolean,
  ): void
  /** Takes in a statement that is run often, `QueryStatement` as JSON. Its number within the pool. Throws on what is not understood. */
  addStatement(server: number, pool: number, statement: string): number
  /** Runs a statement of `addStatement`. Settles with the rows as JSON text: a list, or of 'one' an object or null. */
  run(server: number, pool: number, token: number, statement: number, parameters: QueryValue[], lane: number): void
  /** Takes a connection for a transaction. */
  reserve(server: number, pool: number, token: number): void
  /**
   * Waits for notifications of what was listened to in a lane: settles with a JSON list of lists of channel and payload. They are kept from the first call on; a
   * lane that listened is not used by others.
   */
  notifications(server: number, pool: number, token: number, lane: number): void
  /** Sends a `COPY … TO STDOUT` in a lane; settles as `query` does, once it is over. */
  copy(server: number, pool: number, token: number, sql: string, lane: number): void
  /** Waits for what is copied in a lane: settles with some of the text, and with an empty one after the last. What is not taken is not read for long. */
  copied(server: number, pool: number, token: number, lane: number): void
  /** Gives a lane back; what is open in it is rolled back. */
  release(server: number, pool: number, lane: number): void
  /** Wishes that the statement of this token fails with 57014; without effect when it was quicker, or what is behind it could not be sent again. */
  cancel(server: number, pool: number, token: number): void
  /** Ends the pool once nothing is pending, at the latest after `grace` milliseconds. */
  closePool(server: number, pool: number, token: number, grace: number): void
  /** Name of a pool's database: what PostgreSQL calls it, the name of SQLite's file without its folder, or `:memory:`. */
  poolName(server: number, pool: number): string
  /** Says what is to be known of the statements of a pool from now on (`WatchPlan` as JSON). Throws on what is not understood. */
  watchPool(server: number, pool: number, plan: string): void
  /** `PoolReport` as JSON; undefined unless `watchPool` asked for it. */
  poolReport(server: number, pool: number): string | undefined
  /** `StatementRecords` since the last call, as JSON; undefined when there are none. */
  takeRecords(server: number, pool: number): string | undefined
}

export interface Binding extends DatabaseBinding {
  /** Of `@bolt-app/core` when the binary was built. Any other version may mean other functions, or another plan. */
  readonly version: string
  /**
   * Compiles an application plan (`AppPlan` of `plan.ts` as JSON). Anything not understood throws
   * `{ code, message }` naming route and field; nothing is listening yet.
   */
  createServer(plan: string, dispatch: Dispatch, event: OnEvent, socket: SocketEvent): number
  /** Starts accepting (`ListenPlan` of `listen.ts` as JSON). Throws `{ code: 'EADDRINUSE' | …, message }`. */
  listen(server: number, plan: string): Listening
  /**
   * Opens a listening socket for another process, or another server, which listens on it by its descriptor; nothing is accepted here.
   * The caller closes the descriptor, and removes the file of a Unix domain socket. Takes and throws what `listen` does.
   */
  openListener(plan: string): Listening & { fd: number }
  /** Takes other certificates for new connections (`TlsPlan` of `tls.ts` as JSON). Throws `{ code: 'ETLS', message }`, and nothing changes. */
  setTls(server: number, plan: string): void
  /**
   * Stops accepting, sends `Connection: close` with each further answer, ends idle connections after `idleMs`, and calls `done(cut)` when all
   * are gone or after `graceMs` (then `cut` counts those cut off).
   */
  close(server: number, graceMs: number, idleMs: number, done: (cut: number) => void): void
  /** Takes one request (HTTP/1.1 bytes as they would come from a socket) through the same engine; `peer` is the address it claims to come from. */
  inject(server: number, bytes: Uint8Array, peer: string, done: (response: InjectedResponse) => void): void
  /**
   * Answers a pending request. `headers`: name and value in turn, or undefined. Content-Type must be among them unless the body
   * is undefined; Content-Length, Date and Connection are the engine's; `content-encoding: identity` keeps the
   * response as it is and is not sent. False when the request is already over or answered;
   * throws on header values with CR, LF or NUL, and on a bad status.
   */
  respond(handle: Handle, status: number, headers: string[] | undefined, body: string | Uint8Array | undefined): boolean
  /**
   * Answers a pending request with a file that the host opens and sends. `path` is absolute, or relative to `root`, which it must not leave.
   * With status 200 the conditions and ranges of the request count. `headers` replace those of the file; `type` undefined: by the extension.
   * 'missing': there is no such file, or none that may be seen, and the request is still open. 'over': it is over or answered. Throws as
   * `respond` does, and on a status without content.
   */
  respondFile(
    handle: Handle,
    status: number,
    headers: string[] | undefined,
    path: string,
    root: string | undefined,
    type: string | undefined,
    cacheControl: string,
  ): 'sent' | 'missing' | 'over'
  /** Answers a pending request as if `Dispatch` had returned the text. False when the request is already over or answered. */
  complete(handle: Handle, text: string): boolean
  /**
   * Says whether texts that `Dispatch` returns for the route of this request, and that `complete` takes, are plain text from now on.
   * At first they are JSON. Far cheaper than headers with each answer, as most routes always return the same kind. False, and nothing
   * changed, when the request is already over.
   */
  setText(handle: Handle, isText: boolean): boolean
  /**
   * Begins a response whose content follows by `push`. `headers` as for `respond`; `length`: bytes of the content, if known. True when content is
   * wanted, false when this was all of it (HEAD, 204, 304), undefined when the request is already over or answered. Throws as `respond` does.
   */
  start(handle: Handle, status: number, headers: string[] | undefined, length: number | undefined): boolean | undefined
  /**
   * Sends a piece of a response that was started; what is pushed at one time is one write. Returns how many bytes of the response are unsent
   * then: beyond `limits.streamBuffer`, wait for event 2. -1 when the request is over. Throws, and sends nothing, when the piece goes
   * beyond the given length: `cut` the response then.
   */
  push(handle: Handle, chunk: string | Uint8Array): number
  /** Ends a response that was started. False when the request is over. Throws when bytes are missing of the given length: `cut` it then. */
  finish(handle: Handle): boolean
  /** Gives a response up: what was pushed is still sent, then the connection ends so that the client sees it as failed. */
  cut(handle: Handle): boolean
  /**
   * Takes what has come of a body that is streamed (a mount, or a route with `streamBody`): bytes, `null` at its end, `undefined` when
   * nothing is there (event 1 tells) or the request is over (event 0 told). A client that waits for 100-continue is told to go on by the first call.
   */
  read(handle: Handle): Uint8Array | null | undefined
  /**
   * Accepts the WebSocket that a request asked for. The number names the socket from then on: what is asked about the request is known
   * until the socket's last event is done. `headers` are added to the response. Events begin with the first `socketDone`. `protocol` is
   * the chosen subprotocol, empty if there is none. Undefined when the request is over. Throws as `respond` does.
   */
  accept(handle: Handle, headers: string[] | undefined): { place: number; protocol: string } | undefined
  /** A handler of the socket is done: its next event may come. */
  socketDone(handle: Handle): boolean
  /** Sends a message; how many bytes wait for the client then, -1 when the socket is over, or is closed because too many wait. */
  socketSend(handle: Handle, data: string | Uint8Array): number
  /** How many bytes wait for the client, -1 when the socket is over. */
  socketBuffered(handle: Handle): number
  /** Closes a socket; false when it is over already or the code cannot be sent. */
  socketClose(handle: Handle, code: number, reason: string): boolean
  socketSubscribe(handle: Handle, topic: string): boolean
  socketUnsubscribe(handle: Handle, topic: string): boolean
  /** Sends a message to the other subscribers of a topic; how many took it. */
  socketPublish(handle: Handle, topic: string, data: string | Uint8Array): number
  /** Sends a message to all subscribers of a topic; how many took it. */
  publish(server: number, topic: string, data: string | Uint8Array): number
  method(handle: Handle): string | undefined
  /** Request target as sent: path and query. */
  target(handle: Handle): string | undefined
  /** First value of a header, several joined by ", "; name in lower case. */
  header(handle: Handle, name: string): string | undefined
  /** All headers, name (lower case) and value in turn, in wire order. */
  headers(handle: Handle): string[] | undefined
  /** The client's address: the peer, or what trusted proxies forwarded. */
  address(handle: Handle): string | undefined
  /** Whether it came by TLS (https) or not (http). */
  scheme(handle: Handle): 'http' | 'https' | undefined
  /** The verified certificate of the client (DER), if it was asked for one and had one. */
  clientCertificate(handle: Handle): Uint8Array | undefined
  /** The whole request body; undefined as long as a streamed one is not complete. */
  body(handle: Handle): Uint8Array | undefined
  /** Request id: the inbound x-request-id if it is 1-128 visible ASCII characters, else a new one. Also on the response. */
  requestId(handle: Handle): string | undefined
  /** Verified claims of the auth that admitted the request, as JSON text; undefined when the route has none. */
  claims(handle: Handle): string | undefined
  /** Replaces the keys of one auth (JWKS rotation); JSON text of a JWKS. */
  setKeys(server: number, auth: number, jwks: string): void
  stats(server: number): Stats
  /** Counts and times by route (`Snapshot` of `metrics/snapshot.ts` as JSON); undefined unless the plan asks for them. */
  metrics(server: number): string | undefined
  /**
   * Requests answered since the last call: `{"dropped":0,"entries":[[method, route id or -1, status, microseconds, request id, address]]}`;
   * undefined when there are none, or the plan does not ask for them.
   */
  takeLog(server: number): string | undefined
}
