import { native, SqliteError } from '@bolt-app/core/sqlite'
import { type Client, createClient, type InValue } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newFile } from './database.ts'

const files = [newFile(), newFile()] as const
let ours: ReturnType<typeof native>
let theirs: Client

beforeAll(() => {
  ours = native(files[0].url)
  theirs = createClient({ url: files[1].url })
})

afterAll(async () => {
  await ours.end()
  theirs.close()
  for (const file of files) file.remove()
})

/** What a client does with a statement, as far as anybody can see it. */
async function outcome(client: Client, sql: string, args: InValue[]): Promise<unknown> {
  try {
    const result = await client.execute({ sql, args })
    const rows = result.rows.map((row) => ({
      ...row,
      cells: Array.from(row as ArrayLike<unknown>),
      keys: Object.keys(row),
    }))
    return { ...result, rows, json: JSON.stringify(result) }
  } catch (error) {
    const { code, extendedCode, rawCode, message } = error as { [field: string]: unknown; message: string }
    return code === undefined ? { error: (error as Error).name } : { code, extendedCode, rawCode, message }
  }
}

const statements: ReadonlyArray<readonly [string, InValue[]?]> = [
  ["create table t (id integer primary key, n integer, r real, t text not null default 'x', b blob, u text unique)"],
  ['create table c (id integer primary key, t integer references t(id), check (id < 100)) strict'],
  ["insert into t (n, u) values (1, 'a')"],
  ["insert into t (n, u) values (2, 'b'), (3, 'c')"],
  ["insert into t (n, u) values (4, 'd') returning id, n, u as name"],
  ["insert into t (u) values ('a')"],
  ['insert into t (t) values (null)'],
  ['insert into c values (1, 77)'],
  ['insert into c values (101, 1)'],
  ["insert into c values ('x', 1)"],
  ['insert into c values (1, 1)'],
  ['delete from t where id = 1'],
  ['update t set n = n + 1 where id > 1'],
  ['select * from t order by id'],
  ['select * from t where id = -1'],
  ['select 1 as a, 2 as a, 3 as "0", 4 as length, 5 as "__proto__", 6 as constructor, 7'],
  ['select typeof(?1), typeof(?2), typeof(?3), typeof(?4), typeof(?5), typeof(?6)', [1, 1.5, true, 10n, null, 'x']],
  ['select ?, ?, ?, ?', [2 ** 53, -0, 1e300, 5e-324]],
  ['select ?, ?', [9_007_199_254_740_991n, -9_007_199_254_740_991n]],
  ['select ?', [9_007_199_254_740_993n]],
  ['select ?', [2n ** 63n]],
  ['select ?', [Number.NaN]],
  ['select ?', [new Date(86_400_000)]],
  ['select ?, typeof(?)', [new Uint8Array([1, 2, 255]), new Uint8Array()]],
  ['select ?', [new Uint8Array([1, 2]).buffer]],
  ['select ?, ?', ['one']],
  ['select ?', ['one', 'two']],
  ['select ?', [undefined as never]],
  ["select 'é 😀 \u2028', ?", ['"\\\n\u0001é 😀']],
  ["select x'00ff', 1e999, -1e999, 1.0, 0.1 + 0.2, null"],
  ['select 9223372036854775807'],
  ['selec 1'],
  ['select * from nothing'],
  ['select count(*) from t -- comment'],
  ['pragma foreign_keys'],
  ['pragma table_info(t)'],
  ['values (1, 2), (3, 4)'],
  ['with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select sum(i) from n'],
  ['create temp table own (a)'],
  ['insert into own values (1)'],
  ['select * from own'],
  ["select json_object('a', json_array(1, 2))"],
  ['alter table t add column later text default 7'],
  ['select * from t order by id'],
  ['drop table c'],
  ['select * from c'],
  ['select last_insert_rowid() > 0, changes() >= 0'],
  ['rollback'],
]

it('gives what libsql gives, statement by statement', async () => {
  for (const [sql, args = []] of statements) {
    expect([sql, await outcome(ours, sql, args)]).toEqual([sql, await outcome(theirs, sql, args)])
  }
})

it('refuses more than one statement, where libsql leaves out all but the first', async () => {
  await expect(ours.execute('select 1; select 2')).rejects.toMatchObject({ code: 'SQLITE_MISUSE' })
  expect((await ours.execute('select 1 as a; -- and nothing else')).rows).toMatchObject([{ a: 1 }])
})

it('refuses a transaction on the connection that all share, and undoes it', async () => {
  for (const sql of ['begin', 'BEGIN IMMEDIATE', 'savepoint a']) {
    await expect(ours.execute(sql)).rejects.toMatchObject({ code: 'UNSAFE_TRANSACTION' })
  }
  await expect(ours.executeMultiple("begin; insert into t (u) values ('undone')")).rejects.toThrow('UNSAFE_TRANSACTION')
  expect((await ours.execute("select count(*) n from t where u = 'undone'")).rows).toMatchObject([{ n: 0 }])
})

describe.each([
  ['ours', () => ours as Client],
  ["libsql's", () => theirs],
])('a transaction of %s', (name, client) => {
  const names = async (): Promise<unknown> =>
    (await client().execute(`select u from t where u like '${name[0]}-%' order by u`)).rows.map((row) => row.u)
  const insert = (u: string) => ({ sql: 'insert into t (u) values (?)', args: [`${name[0]}-${u}`] })

  it('is seen once it is committed, and leaves nothing when it is rolled back or closed', async () => {
    const first = await client().transaction('write')
    await first.execute(insert('1'))
    expect(first.closed).toBe(false)
    await first.commit()
    expect(first.closed).toBe(true)
    await expect(first.execute('select 1')).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
    const second = await client().transaction()
    await second.batch([insert('2'), insert('3')])
    await second.rollback()
    const third = await client().transaction('deferred')
    await third.executeMultiple(`insert into t (u) values ('${name[0]}-4')`)
    third.close()
    await third.rollback()
    expect(await names()).toEqual([`${name[0]}-1`])
  })

  it('may fail in part and go on', async () => {
    const transaction = await client().transaction('write')
    await transaction.execute(insert('5'))
    await expect(transaction.execute(insert('5'))).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
    await transaction.execute(insert('6'))
    await transaction.commit()
    expect(await names()).toContain(`${name[0]}-6`)
  })

  it('is made of a batch, which is undone as a whole', async () => {
    const before = await names()
    const failed = client().batch([insert('7'), insert('7'), insert('8')], 'write')
    await expect(failed).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT', statementIndex: 1 })
    expect(await names()).toEqual(before)
    const results = await client().batch([insert('7'), 'select 1 as one', ['select ? as two', [2]]])
    expect(results.map(({ rows, rowsAffected }) => [rows.length, rowsAffected])).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
    ])
  })

  it('migrates without foreign keys, and has them afterwards', async () => {
    await client().migrate(['create table m (t integer references t(id))', 'insert into m values (77)'])
    await expect(client().execute('insert into m values (78)')).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
    await client().execute('drop table m')
  })
})

it('lets a transaction that only reads write nothing', async () => {
  const transaction = await ours.transaction('read')
  expect((await transaction.execute('select 1 as one')).rows).toMatchObject([{ one: 1 }])
  await expect(transaction.execute("insert into t (u) values ('r')")).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
  await transaction.commit()
  expect((await ours.execute("insert into t (u) values ('after')")).rowsAffected).toBe(1)
  await expect(ours.transaction('exclusive' as never)).rejects.toThrow("give 'write', 'deferred' or 'read'")
})

it('runs transactions one after another, and lets others read meanwhile', async () => {
  await ours.execute('create table counter (n integer)')
  await ours.execute('insert into counter values (0)')
  const add = async (): Promise<void> => {
    const transaction = await ours.transaction()
    const { n } = (await transaction.execute('select n from counter')).rows[0] as unknown as { n: number }
    await transaction.execute({ sql: 'update counter set n = ?', args: [n + 1] })
    await ours.execute('select n from counter')
    await transaction.commit()
  }
  await Promise.all(Array.from({ length: 20 }, add))
  expect((await ours.execute('select n from counter')).rows).toMatchObject([{ n: 20 }])
})

it('tells errors with their codes, and never the arguments', async () => {
  const error: unknown = await ours.execute({ sql: 'insert into t (u) values (?)', args: ['after'] }).catch((e) => e)
  expect(error).toBeInstanceOf(SqliteError)
  expect(error).toMatchObject({ code: 'SQLITE_CONSTRAINT', extendedCode: 'SQLITE_CONSTRAINT_UNIQUE', rawCode: 2067 })
  expect(Object.keys(error as object)).not.toContain('query')
  expect((error as Error).stack).toContain('client.test.ts')
  expect(JSON.stringify(error)).not.toContain('after')
})

describe('a database in memory', () => {
  it('is of its client alone, and one for all its statements and transactions', async () => {
    const [one, other] = [native(':memory:'), native('file::memory:')]
    await one.executeMultiple('create table t (a); insert into t values (1)')
    await expect(other.execute('select * from t')).rejects.toThrow('no such table')
    const transaction = await one.transaction()
    await transaction.execute('insert into t values (2)')
    await transaction.commit()
    expect((await one.execute('select sum(a) s from t')).rows).toMatchObject([{ s: 3 }])
    await Promise.all([one.end(), other.end()])
    await expect(one.execute('select 1')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })
})

describe('native()', () => {
  it.each([
    ['libsql://db.example', 'only files and memory'],
    ['https://db.example?authToken=secret', 'only files and memory'],
    ['data/app.db', 'no scheme'],
    ['', 'the URL is'],
    [undefined, 'the URL is'],
    ['file:', 'names no file'],
    ['file:a.db?mode=ro', 'has parameters'],
    ['file://elsewhere/a.db', 'on the host "elsewhere"'],
    ['file:%zz', 'begins no character'],
    ['file:a%00b', 'names no file'],
  ])('refuses %j', (url, why) => {
    const refused = (): unknown => native(url as string)
    const message: unknown = expect.stringContaining(why)
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid-database-url', message }))
    expect(refused).not.toThrow('secret')
  })

  it('refuses options that it does not know', () => {
    expect(() => native(':memory:', { readers: 0 })).toThrow('readers')
    expect(() => native(':memory:', { wal: false } as never)).toThrow('wal')
  })

  it('says why a database cannot be opened, and refuses names for arguments', async () => {
    const client = native('file:/nowhere/at/all.db')
    await expect(client.execute('select 1')).rejects.toMatchObject({ code: 'SQLITE_CANTOPEN' })
    await expect(client.execute({ sql: 'select :a', args: { a: 1 } })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' })
    await expect(client.sync()).rejects.toMatchObject({ code: 'NOT_SUPPORTED' })
    await client.end()
  })
})
