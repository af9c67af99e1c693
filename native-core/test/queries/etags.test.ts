import { createApp } from '@bolt-app/core'
import { param, query } from '@bolt-app/core/drizzle'
import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, newFile, paths } from '../sqlite/database.ts'
import { appOn } from './paths.ts'

const notes = sqliteTable('notes', { id: integer().primaryKey(), title: text().notNull() })

describe.each(paths)('a query with an entity tag, by $name', (path) => {
  const file = newFile()
  let db: Database
  let app: ReturnType<typeof appOn>

  beforeAll(async () => {
    db = path.open(file.url)
    await db.$client.executeMultiple('create table notes (id integer primary key, title text not null)')
    await db.insert(notes).values({ id: 1, title: 'First' })
    app = appOn(path as never, (app) => {
      const byId = db
        .select()
        .from(notes)
        .where(eq(notes.id, param.path('id')))
      app.get('/notes', { etag: true }, query(db.select().from(notes)))
      app.get('/notes/:id', { etag: true }, query.one(byId))
      app.get('/plain', query(db.select().from(notes)))
    })
  })

  afterAll(async () => {
    await app.close()
    db.$client.close()
    file.remove()
  })

  const ask = (url: string, known?: string, method = 'GET') =>
    app.inject({ url, method, ...(known !== undefined && { headers: { 'if-none-match': known } }) })

  it('is answered with 304 when the client has its rows, and with the rows when they changed', async () => {
    const first = await ask('/notes')
    const tag = first.headers.get('etag') as string
    expect([first.status, first.json()]).toEqual([200, [{ id: 1, title: 'First' }]])
    expect(first.headers.get('content-type')).toBe('application/json')
    expect(tag).toMatch(/^W\/"[\w-]+"$/)
    expect((await ask('/notes')).headers.get('etag')).toBe(tag)
    for (const known of [tag, tag.slice(2), `"other", ${tag}`, '*']) {
      const again = await ask('/notes', known)
      expect([known, again.status, again.text(), again.headers.get('etag')]).toEqual([known, 304, '', tag])
    }
    for (const known of ['"other"', tag.slice(3, -1), `${tag}x`, '']) {
      expect([known, (await ask('/notes', known)).status]).toEqual([known, 200])
    }
    await db.insert(notes).values({ id: 2, title: 'Second' })
    const changed = await ask('/notes', tag)
    expect([changed.status, changed.json()]).toEqual([200, expect.objectContaining({ length: 2 })])
    expect(changed.headers.get('etag')).not.toBe(tag)
    await db.delete(notes).where(eq(notes.id, 2))
    expect((await ask('/notes', tag)).status).toBe(304)
  })

  it('has the tag for HEAD too, and none on what is not found', async () => {
    const [got, head] = [await ask('/notes/1'), await ask('/notes/1', undefined, 'HEAD')]
    expect([head.status, head.text(), head.headers.get('etag')]).toEqual([200, '', got.headers.get('etag')])
    const missing = await ask('/notes/77', '*')
    expect([missing.status, missing.headers.get('etag')]).toEqual([404, null])
    expect((await ask('/plain')).headers.get('etag')).toBeNull()
  })

  it('is described', () => {
    expect(app.openapi()).toMatchObject({
      paths: { '/notes': { get: { responses: { 200: {}, 304: { description: 'Not Modified' } } } } },
    })
  })

  it('is refused on anything else', () => {
    const refused = (declare: (app: ReturnType<typeof createApp>) => void) => () => declare(createApp())
    const rows = query(db.select().from(notes))
    expect(refused((app) => app.get('/', { etag: true }, () => 'x'))).toThrow('etag on a handler')
    expect(refused((app) => app.post('/', { etag: true }, rows))).toThrow('etag on POST with the status 200')
    expect(refused((app) => app.get('/', { etag: true, status: 201 }, rows))).toThrow('etag on GET with the status 201')
  })
})
