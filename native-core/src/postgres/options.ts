import { type Check, checkShape, shape } from '../check.ts'
import { BoltError } from '../errors.ts'

/** Options of `native`; each is checked at once and an unknown one is refused. Times are milliseconds. */
export interface NativeOptions {
  /**
   * Connections that statements share, and on top as many for transactions, which take one for themselves, and as many for statements that run for
   * long. They are made when they are needed. @default 4
   */
  max?: number
  /** Statements that may wait for a connection; one more fails with `POOL_FULL`. @default 1000 */
  queue?: number
  /** How long a statement may wait for a connection, then it fails with `POOL_TIMEOUT`; 0: as long as it takes. @default 10000 */
  waitTimeout?: number
  /** How long a connection may take to be ready. @default 10000 */
  connectTimeout?: number
  /** How long a statement may run before PostgreSQL cancels it; 0: as long as it takes. @default 0 */
  statementTimeout?: number
  /** How long a connection may be without work before it is closed; 0: as long as the pool lives. @default 0 */
  idleTimeout?: number
  /**
   * Whether connections remember how statements are executed. False behind a pooler such as PgBouncer, which gives each transaction another
   * connection. @default true
   */
  prepare?: boolean
  /** What PostgreSQL's list of connections calls this program. @default 'bolt' */
  applicationName?: string
}

/** What Rust makes a pool of: its `PoolOptions`. */
export interface PoolPlan extends Required<NativeOptions> {
  url: string
  /** What of the connection string is left out; the names are those that libpq knows, and who runs the process. */
  environment: Partial<Record<(typeof ENVIRONMENT)[number], string>>
}

const ENVIRONMENT = [
  'PGHOST',
  'PGPORT',
  'PGUSER',
  'PGPASSWORD',
  'PGDATABASE',
  'PGSSLMODE',
  'PGSSLROOTCERT',
  'PGAPPNAME',
  'PGOPTIONS',
  'USER',
] as const

/** Timers of 2^31 ms and more would be over at once. */
const LONGEST = 2_147_483_647

const time: Check = shape.integer({ min: 0, max: LONGEST })

const nativeShape = {
  max: shape.integer({ min: 1, max: 10_000 }),
  queue: shape.integer({ min: 0 }),
  waitTimeout: time,
  connectTimeout: shape.integer({ min: 1, max: LONGEST }),
  statementTimeout: time,
  idleTimeout: time,
  prepare: shape.flag(),
  applicationName: shape.text(),
}

/** Checks what `native` was given, and fills in the defaults. */
export function poolPlan(url: string | undefined, options: NativeOptions): PoolPlan {
  if (url !== undefined && (typeof url !== 'string' || !/^postgres(?:ql)?:\/\//.test(url))) {
    throw new BoltError(
      'invalid-database-url',
      // What was given may hold a password.
      'native(): the connection string does not begin with postgres://',
      'give one such as postgres://user:password@127.0.0.1:5432/database, or none to take PGHOST and the like',
    )
  }
  checkShape('native()', options, nativeShape)
  const { env } = process
  return {
    url: url ?? 'postgres:///',
    max: options.max ?? 4,
    queue: options.queue ?? 1_000,
    waitTimeout: options.waitTimeout ?? 10_000,
    connectTimeout: options.connectTimeout ?? 10_000,
    statementTimeout: options.statementTimeout ?? 0,
    idleTimeout: options.idleTimeout ?? 0,
    prepare: options.prepare ?? true,
    applicationName: options.applicationName ?? 'bolt',
    environment: Object.fromEntries(ENVIRONMENT.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  }
}

/** Milliseconds that `end` waits: of `timeout` in seconds, and as long as it takes without one. */
export function graceOf(options: { timeout?: number | undefined }): number {
  checkShape('end()', options, {
    timeout: (value) => (typeof value === 'number' && value >= 0 ? undefined : 'seconds, 0 or more'),
  })
  return Math.min(Math.round((options.timeout ?? Number.POSITIVE_INFINITY) * 1_000), LONGEST)
}
