import { asc, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, newFile, ours, theirs } from './database.ts'
import { authors, books, ddl, every, rows } from './schema.ts'

/** Whatever Drizzle's driver can do, over one client and over the other. */
const drivers = { ours, theirs }
const opened: Array<() => void> = []
const databases = {} as Record<keyof typeof drivers, Database>

beforeAll(async () => {
  for (const [name, open] of Object.entries(drivers) as Array<[keyof typeof drivers, typeof ours]>) {
    const file = newFile()
    const db = open(file.url)
    databases[name] = db
    opened.push(() => {
      db.$client.close()
      file.remove()
    })
    await db.$client.executeMultiple(ddl)
  }
})

afterAll(() => {
  for (const close of opened) close()
})

/** What both give. */
async function both<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const [here, there] = [await settled(work(databases.ours)), await settled(work(databases.theirs))]
  expect(here).toEqual(there)
  if ('error' in here) throw here.error
  return here.value
}

async function settled<T>(work: Promise<T>): Promise<{ value: T } | { error: unknown; why: unknown }> {
  try {
    return { value: await work }
  } catch (error) {
    const { code, extendedCode } = ((error as Error).cause ?? {}) as { code?: string; extendedCode?: string }
    return { error: (error as Error).message, why: [code, extendedCode] }
  }
}

describe("Drizzle's driver", () => {
  it('writes and reads columns of every type', async () => {
    for (const row of rows) expect(await both((db) => db.insert(every).values(row).returning())).toHaveLength(1)
    expect(await both((db) => db.select().from(every).orderBy(asc(every.id)))).toHaveLength(rows.length)
    await both((db) => db.insert(every).values({ text: 'plain' }).run())
    const plain = eq(every.text, 'plain')
    expect(await both((db) => db.select().from(every).where(plain).get())).toMatchObject({ text: 'plain' })
    const values = async (db: Database) =>
      (await db.select({ id: every.id }).from(every).where(plain).values()).map((row) => Array.from(row))
    expect(await both(values)).toHaveLength(1)
    expect(await both((db) => db.select().from(every).where(eq(every.id, -1)).get())).toBeUndefined()
    await both((db) => db.delete(every).where(plain))
  })

  it('updates, upserts and deletes', async () => {
    await both((db) => db.insert(authors).values([{ name: 'Ada' }, { name: 'Émile', born: new Date(0) }]))
    const again = (db: Database) =>
      db
        .insert(authors)
        .values({ name: 'Ada' })
        .onConflictDoUpdate({ target: authors.name, set: { born: new Date(86_400_000) } })
        .returning()
    expect(await both(again)).toMatchObject([{ born: new Date(86_400_000) }])
    const result = await both((db) => db.update(authors).set({ born: null }).where(eq(authors.name, 'Émile')))
    expect(result.rowsAffected).toBe(1)
    await both((db) => db.insert(books).values({ author: 1, title: 'Notes', price: 12.5 }))
    await expect(both((db) => db.insert(books).values({ author: 77, title: 'None' }))).rejects.toContain('Failed query')
    await expect(both((db) => db.insert(authors).values({ name: 'Ada' }))).rejects.toContain('Failed query')
  })

  it('reads relations', async () => {
    const read = (db: Database) => db.query.authors.findMany({ with: { books: true }, orderBy: asc(authors.id) })
    expect(await both(read)).toMatchObject([{ name: 'Ada', books: [{ title: 'Notes', isSold: false }] }, { books: [] }])
    const one = (db: Database) => db.query.books.findFirst({ with: { writer: { columns: { name: true } } } })
    expect(await both(one)).toMatchObject({ writer: { name: 'Ada' } })
  })

  it('runs raw SQL, prepared statements and batches', async () => {
    expect(await both((db) => db.all(sql`select name, 1.0 as one from ${authors} order by id`))).toHaveLength(2)
    expect(await both((db) => db.get(sql`select ${'é'} as v`))).toEqual({ v: 'é' })
    const listed = async (db: Database) => (await db.values(sql`select 1, 'a'`)).map((row) => Array.from(row))
    expect(await both(listed)).toEqual([[1, 'a']])
    const named = (db: Database) =>
      db
        .select()
        .from(authors)
        .where(eq(authors.name, sql.placeholder('name')))
        .prepare()
        .all({ name: 'Ada' })
    expect(await both(named)).toHaveLength(1)
    const batch = (db: Database) =>
      db.batch([db.insert(authors).values({ name: 'Batch' }).returning(), db.select().from(authors)])
    expect((await both(batch))[1]).toHaveLength(3)
  })

  it('commits transactions, undoes those that fail, and savepoints within', async () => {
    const names = (db: Database) => db.select({ name: authors.name }).from(authors).orderBy(asc(authors.id))
    const work = (db: Database) =>
      db.transaction(async (tx) => {
        await tx.insert(authors).values({ name: 'outer' })
        await tx
          .transaction(async (inner) => {
            await inner.insert(authors).values({ name: 'inner' })
            throw new Error('undo')
          })
          .catch(() => undefined)
        await tx.transaction((inner) => inner.insert(authors).values({ name: 'kept' }))
        return tx.select({ name: authors.name }).from(authors).orderBy(asc(authors.id))
      })
    expect(await both(work)).toHaveLength(5)
    const failing = (db: Database) =>
      db.transaction(async (tx) => {
        await tx.insert(authors).values({ name: 'gone' })
        tx.rollback()
      })
    await expect(both(failing)).rejects.toBe('Rollback')
    expect(await both(names)).toHaveLength(5)
  })
})
