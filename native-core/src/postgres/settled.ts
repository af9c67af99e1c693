import type { StatementFailure } from '../binding.d.ts'
import type { Settled } from '../database/connections.ts'
import { PostgresError } from './error.ts'

/** What becomes of something that is asked of a pool, as a promise; `sql` is for the error. */
export function settledText(sql: string, ask: (settle: Settled) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    ask((kind, text) => {
      if (kind === 0) resolve(text)
      else reject(new PostgresError(JSON.parse(text) as StatementFailure, sql))
    })
  })
}
