import type { Logger } from './context.ts'

/** Bytes that may wait for whoever reads standard error; beyond that lines are dropped, and how many is said when it goes on. */
const MOST_WAITING = 1024 * 1024

let dropped = 0

/**
 * Writes one line per entry to standard error; used when the application brings no logger. It never waits for a reader: the lines of a
 * process whose output nobody takes are dropped rather than have requests wait or memory grow.
 */
export const consoleLogger: Logger = {
  info: (fields, message) => write('info', fields, message),
  warn: (fields, message) => write('warn', fields, message),
  error: (fields, message) => write('error', fields, message),
}

/**
 * Writes one entry to the logger of an application, and never throws: a logger that fails must not cost a client its answer. What it failed with
 * goes to standard error.
 */
export function tell(logger: () => Logger, level: 'warn' | 'error', fields: object, message: string): void {
  try {
    logger()[level](fields, message)
  } catch (error) {
    consoleLogger.error({ err: error }, `the logger failed at '${message}'`)
  }
}

function write(level: string, fields: object, message = ''): void {
  if (process.stderr.writableLength > MOST_WAITING) {
    dropped += 1
    return
  }
  if (dropped > 0) {
    const count = dropped
    dropped = 0
    write('warn', { dropped: count }, 'log lines were dropped: nobody read standard error')
  }
  const entries = Object.entries(fields).map(([key, value]) => `${key}=${textOf(value)}`)
  process.stderr.write(`${[level, message, ...entries].filter((part) => part !== '').join(' ')}\n`, onWritten)
}

/** What is thrown may be anything: an object without a prototype, a revoked proxy, an error with getters that throw themselves. */
function textOf(value: unknown): string {
  try {
    return value instanceof Error ? String(value.stack ?? value.message) : String(value)
  } catch {
    return '(a value that throws when it is looked at)'
  }
}

/** As `console.error` does: whoever read standard error is gone, and that must not end the process as an event without a listener would. */
function onWritten(error: Error | null | undefined): void {
  if (error && process.stderr.listenerCount('error') === 0) process.stderr.once('error', () => undefined)
}
