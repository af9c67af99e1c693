import type { Binding, DatabaseBinding, Settle, StatementFailure } from '../binding.d.ts'
import { BoltError } from '../errors.ts'
import { openNative } from '../host.ts'
import type { QueryClient } from '../query.ts'

/** What the clients of one kind of database have of their own. */
export interface Engine extends Pick<QueryClient, 'constant' | 'value'> {
  /** As OpenTelemetry names it (`db.system.name`). */
  readonly system: 'postgresql' | 'sqlite'
  /**
   * Whether the pool on a server of its own stays open while one of an application is in use: what is in memory is gone with the last connection.
   */
  readonly keepsOwn: boolean
  /** Opens a pool on a server; its number. Throws what the options are refused for. */
  open(binding: DatabaseBinding, server: number, settle: Settle): number
  /** The error of a statement that failed. */
  failure(failure: StatementFailure, sql: string): Error
}

/** @throws BoltError when there is no native engine */
export function nativeBinding(
  code: 'postgres-unavailable' | 'sqlite-unavailable',
  what: string,
  other: string,
): Binding {
  const loaded = openNative()
  if (loaded.binding !== undefined) return loaded.binding
  throw new BoltError(
    code,
    `native(): there is no ${what} client without the native engine. ${loaded.reason}`,
    `use the package '${other}' here, which takes the same statements; or: ${loaded.fix}`,
  )
}
