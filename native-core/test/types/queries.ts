/** Checked by the compiler only: what queries take and give follows from the query of Drizzle's. A line under `@ts-expect-error` must not compile. */
import { createApp, type JsonText, jwt } from '@bolt-app/core'
import { claim, param, query, type RouteQuery } from '@bolt-app/core/drizzle'
import { eq, sql } from 'drizzle-orm'
import { bigint, jsonb, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { z } from 'zod'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only when the type is exactly the expected one; `any` is never exact. */
function is<Expected>() {
  return <Given>(_value: Given, ..._proof: Same<Given, Expected> extends true ? [] : [never]): void => undefined
}

const notes = pgTable('notes', {
  id: serial().primaryKey(),
  title: text().notNull(),
  at: timestamp(),
  size: bigint({ mode: 'bigint' }).notNull(),
  meta: jsonb().$type<{ tags: string[] }>(),
})
const authors = pgTable('authors', { id: serial().primaryKey(), name: text().notNull() })
const db = drizzle.mock()
const app = createApp()
const auth = jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32) })

interface Note {
  id: number
  title: string
  at: string | null
  size: string
  meta: { tags: string[] } | null
}

const list = query(db.select().from(notes).limit(param.query('limit')).offset(param.query('offset')))
const byId = query.one(
  db
    .select()
    .from(notes)
    .where(eq(notes.id, param.path('id'))),
)
const joined = query(
  db
    .select({ id: notes.id, by: { name: authors.name } })
    .from(notes)
    .leftJoin(authors, eq(authors.id, notes.id)),
)
// Where Drizzle's types take placeholders, and where they take only SQL.
const add = query.one(
  db
    .insert(notes)
    .values({ title: param.body('title'), size: claim('size'), meta: param.body('meta') })
    .returning({ at: notes.at }),
)
query.one(
  db
    .update(notes)
    .set({ title: param.body('title', { optional: true }) })
    .where(eq(notes.id, param.path('id')))
    .returning(),
)
query(
  db
    .delete(notes)
    .where(sql`${notes.id} = ${param.path('id')}`)
    .returning(),
)
query(db.query as never)
// @ts-expect-error a table is no query
query(notes)
// @ts-expect-error what is not known
param.query('a', { required: true })

// In the place of a handler, with every option or none.
app.get('/notes', list)
app.get('/notes/:id', { auth, response: z.object({ id: z.int() }) }, byId)
app.post('/notes', { auth, body: z.object({ title: z.string() }), status: 201 }, add)
app.group('/in', { auth }, (r) => r.delete('/notes/:id', byId))
// @ts-expect-error an unknown option
app.get('/notes', { statsu: 200 }, list)
// @ts-expect-error a query of Drizzle's itself
app.get('/notes', db.select().from(notes))

app.get('/run', async (ctx) => {
  is<Note[]>()(await ctx.run(list, { query: { limit: 1 } }))
  is<Note | undefined>()(await ctx.run(byId))
  is<{ at: string | null } | undefined>()(await ctx.run(add))
  is<{ id: number; by: { name: string } | null }[]>()(await ctx.run(joined))
  is<JsonText<Note[]>>()(await ctx.answer(list))
  is<JsonText<Note>>()(await ctx.answer(byId))
  // @ts-expect-error values of no part of a request
  await ctx.run(list, { cookies: {} })
  // @ts-expect-error no query
  await ctx.run(notes)
})

// The handler's own types stay as they are.
app.get('/notes/:id', (ctx) => {
  is<{ readonly id: string }>()(ctx.params)
})
app.get('/typed', { response: z.array(z.object({ title: z.string() })) }, (ctx) => ctx.answer(list))
// @ts-expect-error not what the response says
app.get('/typed', { response: z.array(z.object({ author: z.string() })) }, (ctx) => ctx.answer(list))

is<RouteQuery<Note, 'many'>>()(list)
