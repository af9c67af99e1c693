import { Refusal } from '../refusal.ts'

/** What a statement that failed means for the request; the same as in Rust. No detail of the database is told. */
const kinds = {
  conflict: () => new Refusal(409, 'The request conflicts with what is stored', { code: 'conflict' }),
  invalid: () => new Refusal(422, 'The database refuses a value of the request', { code: 'validation-failed' }),
  unavailable: () =>
    new Refusal(503, 'The database cannot be asked at the moment', {
      code: 'database-unavailable',
      headers: { 'retry-after': '1' },
    }),
} as const

/** SQLSTATEs (PostgreSQL's manual, Appendix A) and the codes of clients, and what they mean. The first that fits decides. */
const codes: ReadonlyArray<readonly [RegExp, keyof typeof kinds]> = [
  // Unique, foreign key, exclusion.
  [/^(?:23505|23503|23P01)$/, 'conflict'],
  // Data that is none of the type, NULL where it may not be, check constraints.
  [/^(?:22...|23502|23514)$/, 'invalid'],
  // Connections, resources, an operator's hand, serialisation, deadlock, lock.
  [/^(?:08...|53...|57...|40001|40P01|55P03)$/, 'unavailable'],
  [/^(?:CONNECT_FAILED|CONNECTION_LOST|POOL_FULL|POOL_TIMEOUT|POOL_CLOSED)$/, 'unavailable'],
  // Of the package postgres, and of sockets.
  [/^(?:CONNECT_TIMEOUT|CONNECTION_(?:CLOSED|ENDED|DESTROYED))$/, 'unavailable'],
  // Of SQLite, by its extended codes where they say more.
  [/^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY|ROWID|FOREIGNKEY)$/, 'conflict'],
  [/^SQLITE_(?:CONSTRAINT_(?:NOTNULL|CHECK|DATATYPE)|MISMATCH|TOOBIG)$/, 'invalid'],
  [/^SQLITE_(?:BUSY|LOCKED|INTERRUPT|FULL|NOMEM|CANTOPEN)(?:_|$)/, 'unavailable'],
  [/^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/, 'unavailable'],
]

/** Errors lie in errors: Drizzle's has the driver's as its cause. */
const DEEPEST = 8

/** The answer to a request whose statement failed; undefined when it is a fault of the program. */
export function problemOf(error: unknown): Refusal | undefined {
  const code = codeOf(error, DEEPEST)
  const kind = code === undefined ? undefined : codes.find(([pattern]) => pattern.test(code))?.[1]
  return kind === undefined ? undefined : kinds[kind]()
}

function codeOf(error: unknown, depth: number): string | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined
  const { code, extendedCode } = error as { code?: unknown; extendedCode?: unknown }
  if (typeof extendedCode === 'string') return extendedCode
  return typeof code === 'string' ? code : codeOf(error.cause, depth - 1)
}
