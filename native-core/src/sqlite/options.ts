import { type Check, checkShape, shape } from '../check.ts'
import { placeOf } from './url.ts'

/** Options of `native`; each is checked at once and an unknown one is refused. Times are milliseconds. */
export interface SqliteOptions {
  /** Threads for reads that take long; quick ones need none. @default 4 */
  readers?: number
  /** Statements that may wait for the database; one more fails with `POOL_FULL`. @default 1000 */
  queue?: number
  /** How long a statement may wait for its turn, then it fails with `POOL_TIMEOUT`; 0: as long as it takes. @default 10000 */
  waitTimeout?: number
  /** How long a statement waits for a file that another process has locked, then it fails with `SQLITE_BUSY`. @default 5000 */
  busyTimeout?: number
  /** How long a statement may run, then it fails with `SQLITE_INTERRUPT`; 0: as long as it takes. @default 0 */
  statementTimeout?: number
}

/** What Rust makes a pool of: its `SqliteOptions`. */
export interface SqlitePlan extends Required<SqliteOptions> {
  place: { file: string } | { memory: string }
}

/** Timers of 2^31 ms and more would be over at once. */
const LONGEST = 2_147_483_647

const time: Check = shape.integer({ min: 0, max: LONGEST })

const optionsShape = {
  readers: shape.integer({ min: 1, max: 100 }),
  queue: shape.integer({ min: 0 }),
  waitTimeout: time,
  busyTimeout: time,
  statementTimeout: time,
}

/** Checks what `native` was given, and fills in the defaults. */
export function sqlitePlan(url: string, options: SqliteOptions): SqlitePlan {
  const place = placeOf(url)
  checkShape('native()', options, optionsShape)
  return {
    place,
    readers: options.readers ?? 4,
    queue: options.queue ?? 1_000,
    waitTimeout: options.waitTimeout ?? 10_000,
    busyTimeout: options.busyTimeout ?? 5_000,
    statementTimeout: options.statementTimeout ?? 0,
  }
}
