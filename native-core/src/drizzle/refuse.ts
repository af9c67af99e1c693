import { BoltError } from '../errors.ts'

const HINT = 'run it in a handler, which reads whatever Drizzle reads: async () => db.select()…'

/** Refuses a query that Rust cannot run. `what` says what of it, and why. */
export function refuse(sql: string, what: string, hint = HINT, cause?: unknown): never {
  const text = sql.length > 80 ? `${sql.slice(0, 79)}…` : sql
  throw new BoltError('unsupported-query', `query(): ${what}, in "${text}"`, hint, cause)
}
