import type { Logger } from './context.ts'

/** Writes one line per entry to standard error; used when the application brings no logger. */
export const consoleLogger: Logger = {
  info: (fields, message) => write('info', fields, message),
  warn: (fields, message) => write('warn', fields, message),
  error: (fields, message) => write('error', fields, message),
}

function write(level: string, fields: object, message = ''): void {
  const entries = Object.entries(fields).map(
    ([key, value]) => `${key}=${value instanceof Error ? (value.stack ?? value.message) : String(value)}`,
  )
  process.stderr.write(`${[level, message, ...entries].filter((part) => part !== '').join(' ')}\n`)
}
