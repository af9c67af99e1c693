import type { Certificate } from './certificates.mjs'

export interface EmbeddedPostgres {
  /** Connection string of a database of its own. */
  readonly url: string
  /** The temporary folder that holds all it writes. */
  readonly folder: string
  /** Process id of the server; those that serve connections are its children. */
  pid(): number
  /** Ends it, with whatever runs, and starts it on the same port. */
  restart(): Promise<void>
  /** Ends the server and removes all it wrote. */
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** Encrypts with it. */
  certificate?: Certificate
  /** Settings as in `postgresql.conf`, `name=value` without spaces. */
  settings?: readonly string[]
}

/**
 * Starts a PostgreSQL out of npm on a free port, with its files in a temporary folder. BOLT_POSTGRES names the folder of the package of another
 * version.
 */
export function startPostgres(options?: PostgresOptions): Promise<EmbeddedPostgres>
