import { copy } from './copy.ts'
import { Listener } from './listen.ts'
import { graceOf, type NativeOptions, poolPlan } from './options.ts'
import { defaultParsers } from './parse.ts'
import { PostgresPool } from './pool.ts'
import type { Session } from './query.ts'
import { makeClient, type NativeClient, type OwnClient, type Statements } from './surface.ts'
import { begin, inOwnTransaction, type Work } from './transaction.ts'

/**
 * Makes a client of PostgreSQL whose connections Rust keeps. It connects when the first statement is sent, and keeps no process alive that has
 * nothing to wait for. It is what Drizzle's driver for the package `postgres` takes.
 * @param url `postgres://user:password@host:port/database`; what is left out comes from PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE
 * @throws BoltError 'invalid-option', 'invalid-database-url'; 'postgres-unavailable' where there is no native engine
 * @example
 * import { native } from '@bolt-app/core/postgres'
 * import { drizzle } from 'drizzle-orm/postgres-js'
 * const db = drizzle(native(process.env.DATABASE_URL), { schema })
 */
export function native(url?: string, options: NativeOptions = {}): NativeClient {
  const functions = { parsers: defaultParsers(), serializers: {} }
  const pool = new PostgresPool(poolPlan(url, options), functions)
  const listener = new Listener(() => pool.openBeside())
  const own: Omit<OwnClient, keyof Statements> = {
    options: functions,
    begin: async <T>(...given: [Work<T>] | [string, Work<T>]) => {
      const [modes, work] = given.length === 1 ? ['', given[0]] : given
      return begin(pool, modes, work)
    },
    copy: (sql) => copy(pool, sql),
    listen: (channel, onNotify, onListen) => listener.listen(channel, onNotify, onListen),
    end: async (how = {}) => {
      const grace = graceOf(how)
      await listener.end()
      await pool.end(grace)
    },
  }
  const session: Session = {
    pool,
    send: (message, settled) => pool.send(message, settled),
    withCursor: (work) => inOwnTransaction(pool, work),
  }
  return makeClient(session, own)
}
