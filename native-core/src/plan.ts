/**
 * The application plan: everything Rust needs to know about an app, as plain data. `createApp` compiles it, the native engine and the
 * `node:http` fallback both run it. Unknown keys are refused by the engine, so that a misspelt setting cannot fail open.
 */

/** A JSON Schema document (draft 2020-12). */
export type JsonSchema = Record<string, unknown>

/** Bounds on requests, connections and sockets. Whatever is refused for one names it in the answer. */
export interface Limits {
  /** Request line and headers, bytes. @default 16384 */
  headBytes: number
  /** Header fields of one request. @default 100 */
  headerCount: number
  /** Request target, bytes. @default 8192 */
  uriBytes: number
  /** Request body, bytes; a route may set its own. @default 1048576 */
  bodyBytes: number
  /** From the first byte of a head to its last, ms. @default 10000 */
  headersTimeout: number
  /** From the head's last byte to the response's first, ms. @default 60000 */
  requestTimeout: number
  /** Slowest accepted body, bytes per second, after a grace of 5 s. @default 500 */
  bodyRate: number
  /**
   * Slowest accepted client, in bytes per second that it takes of what it is sent while some of it waits; looked at every 30 s. One that takes
   * less is cut off. The node:http fallback has no such limit. @default 500
   */
  sendRate: number
  /** Idle time between requests of one connection, ms. @default 65000 */
  keepAlive: number
  /** Open connections. @default 65536 */
  connections: number
  /** Open connections of one peer address. @default 65536 */
  connectionsPerAddress: number
  /** Requests that wait for JavaScript at one time, over all connections; beyond it 503 with Retry-After. @default 16384 */
  inFlight: number
  /** Depth of nested arrays and objects in a JSON body. @default 64 */
  jsonDepth: number
  /** Bytes of one streamed response that may be unsent, and of one streamed body that may be unread, before the other side has to wait. @default 65536 */
  streamBuffer: number
  /** One WebSocket message, bytes, once inflated; a route may set its own; beyond it the socket is closed with 1009. @default 1048576 */
  messageBytes: number
  /** What may wait for a WebSocket client that does not read, bytes; beyond it the socket is closed with 1013. @default 4194304 */
  bufferedBytes: number
  /** How long a WebSocket client may be silent, ms; halfway it is sent a ping. @default 60000 */
  socketIdle: number
}

/** A content coding of responses. */
export type Encoding = 'zstd' | 'gzip' | 'br'

export interface CompressionPlan {
  /** In the order of preference among those that a client likes equally. */
  encodings: Encoding[]
  /** How hard each tries. */
  level: Record<Encoding, number>
  /** Smaller contents are sent as they are. */
  minBytes: number
  /** `text/css`, `text/*`, `*+json`. */
  types: string[]
}

export interface CorsPlan {
  /** Exact origins, or '*' (then never with credentials). */
  origins: string[]
  methods: string[]
  allowHeaders: string[]
  exposeHeaders: string[]
  credentials: boolean
  /** Seconds a preflight may be cached. */
  maxAge: number
}

/** Where a token is looked for, first hit wins. */
export type TokenSource = { kind: 'bearer' } | { kind: 'cookie'; name: string }

/** A signature algorithm of tokens (RFC 7518 §3.1; EdDSA: RFC 8037 §3.1). */
export type Algorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'EdDSA'

export interface JwtPlan {
  kind: 'jwt'
  algorithms: Algorithm[]
  /** Keys as a JWKS; a shared secret is one `oct` key. Each key is used with its own algorithm family only. */
  jwks: { keys: Array<Record<string, unknown>> }
  issuer: string | null
  audience: string[] | null
  /** Seconds. */
  leeway: number
  from: TokenSource
  /** Claims that must be present, besides `exp`. */
  required: string[]
}

/** One requirement on verified claims; a dotted claim path. All guards of a route must hold, else 403. */
export interface GuardPlan {
  claim: string
  /** The claim (or, for an array claim, one of its members) must be one of these. */
  oneOf: Array<string | number | boolean>
}

/** Whose requests a rate limit counts together. */
export type RateKey =
  | { kind: 'address' }
  | { kind: 'all' }
  | { kind: 'header'; name: string }
  | { kind: 'claim'; claim: string }

/** A request costs `window / limit` seconds of an account that may run `burst` requests ahead; beyond that 429. */
export interface RateLimitPlan {
  limit: number
  /** Seconds. */
  window: number
  burst: number
  key: RateKey
}

/** What is counted and written down about answers. */
export interface ObservePlan {
  /** Upper bounds of the buckets of histograms, microseconds, ascending; null: nothing is counted by route. */
  bounds: number[] | null
  /** Whether a line is kept for each request. */
  log: boolean
}

export interface PartPlan {
  /** Property names in the order in which `Dispatch` receives them. */
  names: string[]
  /** An object schema; its properties are coerced from text. */
  schema: JsonSchema
}

export interface RouteBase {
  /** Index in `AppPlan.routes`. */
  id: number
  method: string
  /** `/notes/:id`, `/files/*path`. */
  path: string
  /** Whether its responses may be compressed. */
  compression: boolean
}

export interface HandlerRoute extends RouteBase {
  kind: 'handler'
  params: JsonSchema | null
  query: PartPlan | null
  headers: PartPlan | null
  cookies: PartPlan | null
  /** JSON body schema; null means the body, if any, is read but not looked at. */
  body: { schema: JsonSchema; required: boolean } | null
  bodyBytes: number | null
  /** Whether the handler takes the body piece by piece; then there is no body schema. */
  streamBody: boolean
  /** Whether the body is a form: `application/x-www-form-urlencoded` or `multipart/form-data`, without a content coding; else 415. */
  form: boolean
  /** Indexes in `AppPlan.auths`; the first that finds a token decides. Empty: open. */
  auths: number[]
  /** When no auth finds a valid token: 'reject' answers 401 natively; 'ask' enters JavaScript (a session store is asked) unless cookies are named and none of them is present. */
  onMissing: 'reject' | 'ask'
  askCookies: string[]
  guards: GuardPlan[]
  /** Indexes in `AppPlan.rateLimits`: those by claim are asked after sign-in, all others before it. */
  rateLimits: number[]
  /** Status of a plain return value. @default 200 */
  status: number
}

/** A statement of a database that Rust runs for the request; JavaScript is entered when only it can say who asks. */
export interface QueryRoute extends RouteBase {
  kind: 'query'
  /** What the request must be; and the handler when JavaScript is entered. */
  request: HandlerRoute
  /** JSON Schemas of the verified claims, one of which must fit, else 401; empty: any. */
  claims: JsonSchema[]
  /** Number of `openPool`. */
  pool: number
  /** Number of `addStatement`. */
  statement: number
  /** In the order of `$1`, `$2`. */
  parameters: QueryParameter[]
  /** Whether its rows have an entity tag. */
  etag: boolean
}

/** Where a parameter of a statement comes from. Values are bound as texts; arrays and objects as JSON. */
export type QueryParameter =
  /** Always the same; null: NULL. */
  | { kind: 'constant'; value: string | number | null }
  /** The value at this place among those that `Dispatch` gets after the handle. */
  | { kind: 'input'; at: number }
  /** A property of the JSON body. `json`: written as JSON whatever it is, as columns of JSON want it. */
  | { kind: 'body'; name: string; json: boolean }
  /** A verified claim, by name or dotted path; without it the request is refused with 403. */
  | { kind: 'claim'; path: string; json: boolean }

/** A fixed answer, made once. */
export interface AnswerRoute extends RouteBase {
  kind: 'answer'
  status: number
  headers: string[]
  body: string
}

/** Files of a folder, answered in Rust. `path` ends in `*path`. */
export interface StaticRoute extends RouteBase {
  kind: 'static'
  root: string
  /** Cache-Control value. */
  cacheControl: string
  /** File served for a folder. */
  index: string | null
}

/** Everything below a prefix that no other route matched, all methods, goes to JavaScript unparsed. */
export interface MountRoute extends RouteBase {
  kind: 'mount'
  bodyBytes: number | null
  /** Indexes in `AppPlan.rateLimits`; none by claim. */
  rateLimits: number[]
}

export interface SocketCompression {
  /** Bytes from which on a message is compressed. */
  threshold: number
  /** Whether messages build on those before. */
  contextTakeover: boolean
  /** Bits of the window, 9 to 15. */
  windowBits: number
}

/** A WebSocket. */
export interface SocketRoute extends Omit<RouteBase, 'compression'> {
  kind: 'socket'
  method: 'GET'
  /** What the request that asks for it must be. */
  request: HandlerRoute
  /** Origins of pages that may ask for it, or '*' among them; null: pages of the host itself. Other clients send no Origin and may. */
  origins: string[] | null
  subprotocols: string[]
  /** Schema of text messages, which are JSON then; bytes are refused. */
  message: JsonSchema | null
  /** Whether JavaScript is told of a message that does not fit; else the socket is closed with 1008. */
  tellsInvalid: boolean
  messageBytes: number | null
  bufferedBytes: number | null
  /** Milliseconds. */
  idleTimeout: number | null
  ping: boolean
  /** What of permessage-deflate is agreed to; null: none. */
  deflate: SocketCompression | null
}

export type RoutePlan = HandlerRoute | QueryRoute | AnswerRoute | StaticRoute | MountRoute | SocketRoute

export interface AppPlan {
  limits: Limits
  /** Name and value in turn; added to every response that does not set them itself. */
  securityHeaders: string[]
  cors: CorsPlan | null
  /** Rules for compressing responses; null: none is. */
  compression: CompressionPlan | null
  /** CIDR blocks of proxies whose X-Forwarded-For is believed, from the right. */
  trustedProxies: string[]
  auths: JwtPlan[]
  rateLimits: RateLimitPlan[]
  observe: ObservePlan
  routes: RoutePlan[]
}
