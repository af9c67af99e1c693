import { createApp, jwt } from '@bolt-app/core'
import { claim, param, query } from '@bolt-app/core/drizzle'
import { count, eq } from 'drizzle-orm'
import { boolean, integer, jsonb, pgEnum, pgTable, serial, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { expect, it } from 'vitest'
import { z } from 'zod'

const state = pgEnum('state', ['open', 'done'])
const lists = pgTable('lists', { id: uuid().primaryKey(), name: text().notNull() })
const tasks = pgTable('tasks', {
  id: serial().primaryKey(),
  list: uuid(),
  title: text().notNull(),
  state: state().notNull(),
  was: state(),
  grid: integer().array().array(),
  due: timestamp(),
  meta: jsonb().notNull(),
  isOpen: boolean().notNull(),
})
const db = drizzle.mock()
const auth = jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32) })

type Responses = Record<string, { content?: Record<string, { schema: unknown }> }>

function responsesOf(declare: (app: ReturnType<typeof createApp>) => void): Responses {
  const app = createApp()
  declare(app)
  const [path] = Object.values(app.openapi().paths)
  return Object.values(path ?? {})[0]?.responses as Responses
}

const schemaOf = (responses: Responses, status = '200') => responses[status]?.content?.['application/json']?.schema

const task = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    list: { type: ['string', 'null'], format: 'uuid' },
    title: { type: 'string' },
    state: { type: 'string', enum: ['open', 'done'] },
    was: { type: ['string', 'null'], enum: ['open', 'done', null] },
    grid: { type: ['array', 'null'], items: { type: 'array', items: { type: 'integer' } } },
    due: { type: ['string', 'null'], format: 'date-time' },
    meta: {},
    isOpen: { type: 'boolean' },
  },
  required: ['id', 'list', 'title', 'state', 'was', 'grid', 'due', 'meta', 'isOpen'],
}

it('documents the rows of a query, and what may happen instead', () => {
  const responses = responsesOf((app) => app.get('/tasks', query(db.select().from(tasks))))
  expect(schemaOf(responses)).toEqual({ type: 'array', items: task })
  expect(Object.keys(responses)).toEqual(['200', '503', 'default'])
})

it('documents one row, and that there may be none', () => {
  const byId = query.one(
    db
      .select()
      .from(tasks)
      .where(eq(tasks.id, param.path('id'))),
  )
  const responses = responsesOf((app) => app.get('/tasks/:id', byId))
  expect(schemaOf(responses)).toEqual(task)
  expect(Object.keys(responses)).toEqual(['200', '404', '422', '503', 'default'])
})

it('documents that writing may conflict, and that a claim may be missing', () => {
  const add = query.one(
    db
      .insert(lists)
      .values({ id: claim('sub'), name: param.body('name') })
      .returning({ id: lists.id }),
  )
  const options = { auth, status: 201, body: z.object({ name: z.string() }) }
  const responses = responsesOf((app) => app.post('/lists', options, add))
  expect(Object.keys(responses)).toEqual([
    '201',
    '400',
    '401',
    '403',
    '404',
    '409',
    '413',
    '415',
    '422',
    '503',
    'default',
  ])
})

it('documents joined rows that may be missing', () => {
  const joined = query(
    db
      .select({ title: tasks.title, list: { id: lists.id, name: lists.name }, name: lists.name, n: count() })
      .from(tasks)
      .leftJoin(lists, eq(lists.id, tasks.list)),
  )
  const responses = responsesOf((app) => app.get('/tasks', joined))
  expect(schemaOf(responses)).toEqual({
    type: 'array',
    items: {
      type: 'object',
      properties: {
        title: { type: 'string' },
        list: {
          anyOf: [
            {
              type: 'object',
              properties: { id: { type: 'string', format: 'uuid' }, name: { type: 'string' } },
              required: ['id', 'name'],
            },
            { type: 'null' },
          ],
        },
        name: { type: ['string', 'null'] },
        n: { type: ['number', 'null'] },
      },
      required: ['title', 'list', 'name', 'n'],
    },
  })
})

it('documents what the route says instead, if it does', () => {
  const options = { response: z.array(z.object({ title: z.string() })) }
  const responses = responsesOf((app) =>
    app.get('/tasks', options, query(db.select({ title: tasks.title }).from(tasks))),
  )
  expect(schemaOf(responses)).toMatchObject({ items: { required: ['title'] } })
})
