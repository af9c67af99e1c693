import { builtins } from './builtins.ts'
import { type Check, checkShape, shape } from './check.ts'
import { type CompressionOptions, compressionCheck, compressionPlan } from './compression.ts'
import type { Logger } from './context.ts'
import { BoltError } from './errors.ts'
import { type FormOptions, type FormSettings, formSettings, formsCheck } from './forms/limits.ts'
import { isToken } from './header.ts'
import { consoleLogger } from './logger.ts'
import type { CompressionPlan, CorsPlan, Limits } from './plan.ts'
import { type RateLimitOption, rateLimits } from './rate-limit.ts'

/** Which pages of other origins may call the API (Fetch Standard, "CORS protocol"). */
export interface CorsOptions {
  /** Exact origins such as `https://app.example`, or `'*'` for every origin (never together with `credentials`). */
  origins: readonly string[] | '*'
  /** Methods that a preflight allows. @default ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] */
  methods?: readonly string[]
  /** Request headers that scripts may send. @default ['content-type', 'authorization'] */
  allowHeaders?: readonly string[]
  /** Response headers that scripts may read. @default ['x-request-id'] */
  exposeHeaders?: readonly string[]
  /** Whether cookies go along. @default false */
  credentials?: boolean
  /** Seconds for which a browser may remember a preflight. @default 600 */
  maxAge?: number
}

/** What the OpenAPI document says of the API as a whole, and where it is served. */
export interface OpenApiOptions {
  /** Name of the API. */
  title: string
  /** Version of the API, not of OpenAPI. */
  version: string
  /** What the API is for; Markdown. */
  description?: string
  /**
   * Path of the documentation page; false for none.
   * @default '/docs'
   */
  docs?: string | false
  /**
   * Path of the document; false for none (then there is no page either).
   * @default '/openapi.json'
   */
  document?: string | false
  /** Addresses under which the API is reached. @default the address of the document itself */
  servers?: readonly { readonly url: string; readonly description?: string }[]
}

/** Options of `createApp`; each is checked at once and an unknown one is refused. */
export interface AppOptions {
  /** Serves an OpenAPI 3.1 document made from the routes, and a page to read and try it. @default false */
  openapi?: OpenApiOptions | false
  /** Lets scripts of other origins call the API. @default none may */
  cors?: CorsOptions
  /** Compresses what clients accept compressed; false for nothing at all. @default see `CompressionOptions` */
  compression?: CompressionOptions | false
  /** Bounds on forms; see `FormOptions`. */
  forms?: FormOptions
  /** Bounds on requests and connections; see `Limits`. */
  limits?: Partial<Limits>
  /** Addresses or CIDR blocks of proxies whose X-Forwarded-For is believed. @default [] */
  trustedProxies?: readonly string[]
  /**
   * Headers added to every response that does not set them itself; false for none.
   * @default { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' }
   */
  securityHeaders?: Readonly<Record<string, string>> | false
  /** How often a client may ask all handlers and mounts together; fixed answers and files are not counted. @default none */
  rateLimit?: RateLimitOption
  /** Counts answers and their times by route, for `app.metrics()`; `app.exposeMetrics()` implies it. @default false */
  metrics?: boolean
  /** Writes a line for each request through `logger`, also for those that Rust answers: method, route, status, ms, request id, address. @default false */
  requestLog?: boolean
  /**
   * Writes a line through `logger` for each statement that a native client of the process needs so many milliseconds for, or longer, with its text but
   * without its values. @default none
   */
  slowStatements?: number
  /** Where errors and warnings go: pino, or anything with its `info`, `warn` and `error`. @default standard error */
  logger?: Logger
  /**
   * Whether what handlers return is checked against the route's `response` schema; a mismatch is a 500 and a log line.
   * @default true unless NODE_ENV is 'production'
   */
  validateResponses?: boolean
}

/** Options with every default filled in. */
export interface AppSettings {
  openapi: (Omit<OpenApiOptions, 'docs' | 'document'> & { docs: string | false; document: string }) | null
  cors: CorsPlan | null
  compression: CompressionPlan | null
  forms: FormSettings
  limits: Limits
  trustedProxies: string[]
  securityHeaders: string[]
  rateLimit: RateLimitOption
  metrics: boolean
  requestLog: boolean
  /** Null: none is slow. */
  slowStatements: number | null
  logger: Logger
  validateResponses: boolean
}

const defaultLimits: Limits = {
  headBytes: 16_384,
  headerCount: 100,
  uriBytes: 8_192,
  bodyBytes: 1_048_576,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  bodyRate: 500,
  sendRate: 500,
  keepAlive: 65_000,
  connections: 65_536,
  connectionsPerAddress: 65_536,
  inFlight: 16_384,
  jsonDepth: 64,
  streamBuffer: 65_536,
  messageBytes: 1_048_576,
  bufferedBytes: 4_194_304,
  socketIdle: 60_000,
}

const defaultSecurityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
}

const path = (value: unknown): string | undefined =>
  value === false || (typeof value === 'string' && /^\/[^:*?#\s]*$/.test(value))
    ? undefined
    : "a path such as '/docs', or false"

const token: Check = (value) => (typeof value === 'string' && isToken(value) ? undefined : 'an HTTP token')

const appShape = {
  openapi: shape.either(
    shape.oneOf([false]),
    shape.object(
      {
        title: shape.text(),
        version: shape.text(),
        description: shape.text(),
        docs: path,
        document: path,
        servers: shape.list(shape.object({ url: shape.text(), description: shape.text() }, ['url'])),
      },
      ['title', 'version'],
    ),
  ),
  cors: shape.object(
    {
      origins: shape.either(shape.oneOf(['*']), shape.list(originCheck, { min: 1 })),
      methods: shape.list(token),
      allowHeaders: shape.list(token),
      exposeHeaders: shape.list(token),
      credentials: shape.flag(),
      maxAge: shape.integer({ min: 0, max: 86_400 }),
    },
    ['origins'],
  ),
  compression: compressionCheck,
  forms: formsCheck,
  limits: shape.object({
    ...Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, shape.integer({ min: 1 })])),
    bodyBytes: shape.integer({ min: 0 }),
    jsonDepth: shape.integer({ min: 1, max: 256 }),
  }),
  trustedProxies: shape.list((value) => (isBlock(value) ? undefined : "an address or CIDR block such as '10.0.0.0/8'")),
  securityHeaders: shape.either(shape.oneOf([false]), shape.headers()),
  logger: (value: unknown) =>
    ['info', 'warn', 'error'].every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function')
      ? undefined
      : 'an object with info, warn and error',
  rateLimit: rateLimits,
  metrics: shape.flag(),
  requestLog: shape.flag(),
  slowStatements: shape.integer({ min: 0 }),
  validateResponses: shape.flag(),
}

/** Checks the options of `createApp` and fills in the defaults. */
export function settingsOf(options: AppOptions): AppSettings {
  checkShape('createApp()', options, appShape)
  const { openapi, securityHeaders } = options
  return {
    openapi: openapi ? openApiSettings(openapi) : null,
    cors: options.cors === undefined ? null : corsPlan(options.cors),
    compression: compressionPlan(options.compression ?? {}),
    forms: formSettings(options.forms ?? {}),
    limits: { ...defaultLimits, ...definedOnly(options.limits ?? {}) },
    trustedProxies: [...(options.trustedProxies ?? [])],
    securityHeaders: securityHeaders === false ? [] : headerList(securityHeaders ?? defaultSecurityHeaders),
    rateLimit: options.rateLimit ?? [],
    metrics: options.metrics ?? false,
    requestLog: options.requestLog ?? false,
    slowStatements: options.slowStatements ?? null,
    logger: options.logger ?? consoleLogger,
    validateResponses: options.validateResponses ?? process.env.NODE_ENV !== 'production',
  }
}

function openApiSettings(options: OpenApiOptions): AppSettings['openapi'] {
  if (options.document === false) {
    if (options.docs)
      throw new BoltError(
        'invalid-option',
        'createApp(): openapi.docs without openapi.document',
        'the page reads the document; give both or neither',
      )
    return null
  }
  return { ...options, docs: options.docs ?? '/docs', document: options.document ?? '/openapi.json' }
}

function corsPlan(options: CorsOptions): CorsPlan {
  const credentials = options.credentials ?? false
  const origins = options.origins === '*' ? ['*'] : [...options.origins]
  if (credentials && origins.includes('*')) {
    throw new BoltError(
      'invalid-option',
      "createApp(): cors.origins '*' with credentials",
      'list the origins that may send cookies',
    )
  }
  return {
    origins,
    methods: (options.methods ?? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).map((name) => name.toUpperCase()),
    allowHeaders: (options.allowHeaders ?? ['content-type', 'authorization']).map((name) => name.toLowerCase()),
    exposeHeaders: (options.exposeHeaders ?? ['x-request-id']).map((name) => name.toLowerCase()),
    credentials,
    maxAge: options.maxAge ?? 600,
  }
}

export function originCheck(value: unknown): string | undefined {
  const isOrigin = typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
  return isOrigin ? undefined : "an origin without a path, such as 'https://app.example'"
}

function isBlock(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const [address = '', bits, ...more] = value.split('/')
  const family = builtins.net.isIP(address)
  if (family === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function headerList(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value])
}

function definedOnly<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T
}
