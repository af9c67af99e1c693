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
  const entries = Object.entries(fields).map(
    ([key, value]) => `${key}=${value instanceof Error ? (value.stack ?? value.message) : String(value)}`,
  )
  process.stderr.write(`${[level, message, ...entries].filter((part) => part !== '').join(' ')}\n`)
}
