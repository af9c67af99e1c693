import { availableParallelism } from 'node:os'
import { type Check, checkShape, shape } from '../check.ts'

/** How many processes serve, and when one is replaced; an unknown option is refused. Linux and macOS. */
export interface WorkerOptions {
  /** Processes; `'auto'` is one for each processor core that the process may use. */
  count: number | 'auto'
  /** Resident memory of a worker, bytes, beyond which it is replaced by a fresh one. @default none */
  maxRss?: number
  /** Seconds after which a worker is replaced, 10 % more or less so that not all are at one time. @default none */
  maxAge?: number
  /** Milliseconds that a worker has from its start until it listens; then it is killed and started again. @default 60000 */
  startTimeout?: number
}

/** Options with every default filled in. */
export interface WorkerSettings {
  count: number
  maxRss: number | null
  maxAge: number | null
  startTimeout: number
}

const count = shape.either(shape.integer({ min: 1, max: 1_024 }), shape.oneOf(['auto']))

/** The check of `listen({ workers })`. */
export const workersCheck: Check = (value, where) => {
  if (typeof value !== 'object' || value === null) {
    const expected = count(value, where)
    return expected === undefined ? undefined : `${expected}, or { count, maxRss, maxAge, startTimeout }`
  }
  checkShape(
    where,
    value,
    {
      count,
      maxRss: shape.integer({ min: 1 }),
      maxAge: shape.integer({ min: 1, max: 2_000_000 }),
      startTimeout: shape.integer({ min: 1, max: 0x7fff_ffff }),
    },
    ['count'],
  )
  return undefined
}

export function workerSettings(given: number | 'auto' | WorkerOptions): WorkerSettings {
  const { count, maxRss, maxAge, startTimeout } = typeof given === 'object' ? given : { count: given }
  return {
    count: count === 'auto' ? availableParallelism() : count,
    maxRss: maxRss ?? null,
    maxAge: maxAge ?? null,
    startTimeout: startTimeout ?? 60_000,
  }
}
