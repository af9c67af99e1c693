import type { Sql, TransactionSql } from 'postgres'
import { checkShape, shape, show } from '../check.ts'
import { BoltError } from '../errors.ts'
import { type QueryClient, queryClient } from '../query.ts'
import { PostgresError } from './error.ts'
import type { Listening, OnNotify } from './listen.ts'
import type { TypeFunctions } from './pool.ts'
import { Query, type Session, type UnsafeOptions } from './query.ts'
import type { Row, Rows } from './result.ts'
import type { Outcome, Work } from './transaction.ts'

/** What statements are made with, outside and inside of transactions. */
export interface Statements {
  /**
   * Makes a statement, which is sent when it is first awaited. `$1` in it stands for the first of the parameters; a text without parameters may be
   * several statements, and then gives a list of results.
   * @throws PostgresError when it fails, from the promise
   * @example const [user] = await client.unsafe('select * from users where id = $1', [id])
   */
  unsafe<R = Row>(sql: string, parameters?: readonly unknown[], options?: UnsafeOptions): Query<Rows<R>>
  /**
   * Notifies who listens to a channel: at once, in a transaction when it is committed.
   * @param payload at most 7999 bytes
   * @example await client.notify('jobs', JSON.stringify({ id }))
   */
  notify(channel: string, payload?: string): Query
}

/** The client of `native`. */
export interface OwnClient extends Statements {
  /**
   * How values are read and written, by OID. Columns of a type in `parsers` are what its function makes of PostgreSQL's text; booleans, bigints,
   * dates and bytes are sent as what `serializers` makes of them.
   */
  readonly options: TypeFunctions
  /**
   * Runs a function in a transaction on a connection of its own. What the function gives is the result; when it throws, or any statement in it
   * fails, everything is rolled back.
   * @param modes such as 'isolation level serializable read only'
   */
  begin<T>(work: Work<T>): Promise<Outcome<T>>
  begin<T>(modes: string, work: Work<T>): Promise<Outcome<T>>
  /**
   * Runs `COPY … TO STDOUT`, in the format text or csv, and gives what it sends in pieces of any length, no faster than they are taken. It has a connection for
   * itself meanwhile, and is stopped when the loop is left.
   * @throws PostgresError, from the loop
   * @example for await (const text of client.copy('copy notes to stdout (format csv, header)')) …
   */
  copy(sql: string): AsyncGenerator<string>
  /**
   * Listens to a channel, on a connection that is for that alone; resolves once PostgreSQL has begun. When the connection is lost it is made again. What was notified
   * meanwhile is lost: `onListen` is called each time that listening begins, to look for what was missed.
   * @throws BoltError 'invalid-option' for a name that PostgreSQL does not have; PostgresError when it cannot be connected to
   * @example const { unlisten } = await client.listen('jobs', (payload) => work(JSON.parse(payload)))
   */
  listen(channel: string, onNotify: OnNotify, onListen?: () => void): Promise<Listening>
  /**
   * Closes all connections, once. Statements that wait or run have `timeout` seconds to finish, then fail.
   * @default timeout: as long as it takes
   */
  end(options?: { timeout?: number | undefined }): Promise<void>
}

/** The client of a transaction, which its function is given. It ends with the function. */
export interface OwnTransaction extends Statements {
  /** Runs a function in a savepoint: when it throws, or a statement in it fails, what it did is rolled back and the transaction goes on. */
  savepoint<T>(work: Work<T>): Promise<Outcome<T>>
  savepoint<T>(name: string, work: Work<T>): Promise<Outcome<T>>
}

/**
 * Drizzle's driver takes clients of the package `postgres` alone. Ours is declared as one, so that it can be given; what it has not of it throws
 * `NOT_SUPPORTED`. Where that package is not installed, and Drizzle's driver therefore neither, it is only what it is.
 */
type DeclaredAs<Theirs, Own> = 0 extends 1 & Theirs ? Own : Own & Theirs

export type NativeClient = DeclaredAs<Sql, OwnClient>
export type TransactionClient = DeclaredAs<TransactionSql, OwnTransaction>

const unsafeShape = {
  prepare: shape.flag(),
  signal: (value: unknown) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
}

/** Members of clients of the package `postgres` that ours has not. */
const MISSING = ['array', 'file', 'json', 'largeObject', 'reserve', 'subscribe', 'typed', 'types']

/** Makes the client of a pool. */
export function makeClient(session: Session, members: Omit<OwnClient, keyof Statements>): NativeClient {
  const client = declared<NativeClient>({ ...statements(session), ...members })
  return Object.defineProperty(client, queryClient, { value: session.pool satisfies QueryClient })
}

/** Makes the client of a transaction; `savepoint` runs a function in a savepoint of it. */
export function makeTransactionClient(
  session: Session,
  savepoint: <T>(name: string | undefined, work: Work<T>) => Promise<Outcome<T>>,
): TransactionClient {
  const own: OwnTransaction = {
    ...statements(session),
    savepoint: <T>(...given: [Work<T>] | [string, Work<T>]) => {
      const [name, work] = given.length === 1 ? [undefined, given[0]] : given
      return savepoint(name, work)
    },
  }
  return declared<TransactionClient>(own)
}

function statements(session: Session): Statements {
  const unsafe: Statements['unsafe'] = (sql, parameters = [], options = {}) => {
    if (!Array.isArray(parameters)) {
      throw new BoltError(
        'invalid-option',
        `unsafe(): the parameters are ${show(parameters)}`,
        'give a list, in the order of $1, $2',
      )
    }
    checkShape('unsafe()', options, unsafeShape)
    return new Query(session, { sql, parameters, options })
  }
  const notify: Statements['notify'] = (channel, payload = '') => unsafe('select pg_notify($1, $2)', [channel, payload])
  return { unsafe, notify }
}

function declared<Client extends Statements>(own: Statements): Client {
  const refusals = MISSING.map((name) => [name, refusal(`${name}()`)] as const)
  return Object.assign(refusal('a template'), Object.fromEntries(refusals), own) as Statements as Client
}

function refusal(what: string): () => never {
  return () => {
    const message = `The native client does not have ${what}. Use unsafe(sql, parameters), or the package 'postgres'.`
    throw new PostgresError({ code: 'NOT_SUPPORTED', message }, '')
  }
}
