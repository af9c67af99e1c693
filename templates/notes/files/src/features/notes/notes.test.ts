import { beforeAll, describe, expect, it } from 'vitest'
import { testApp } from '#test/app'
import { type Member, signUp } from '#test/member'
import type { Note } from './schemas.ts'

interface NotePage {
  items: Note[]
  nextCursor?: string
}

const app = await testApp()

describe('notes', () => {
  let ada: Member
  let bob: Member

  beforeAll(async () => {
    ada = await signUp(app)
    bob = await signUp(app)
  })

  it('are only for people who are signed in', async () => {
    const response = await app.inject({ method: 'GET', url: '/api/notes' })
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  })

  it('can be written, read, changed and deleted', async () => {
    const created = await as(ada, 'POST', '/api/notes', { title: 'Milk' })
    expect(created.status).toBe(201)
    const note = created.json() as Note
    expect(note).toMatchObject({ title: 'Milk', body: '' })

    const changed = await as(ada, 'PATCH', `/api/notes/${note.id}`, { body: 'Two litres' })
    expect(changed.json()).toMatchObject({ title: 'Milk', body: 'Two litres' })
    expect((await as(ada, 'GET', `/api/notes/${note.id}`)).json()).toEqual(changed.json())

    expect((await as(ada, 'DELETE', `/api/notes/${note.id}`)).status).toBe(204)
    expect((await as(ada, 'GET', `/api/notes/${note.id}`)).status).toBe(404)
  })

  it('of others are as if they did not exist', async () => {
    const { id } = (await as(ada, 'POST', '/api/notes', { title: 'Secret' })).json() as Note
    expect((await as(bob, 'GET', `/api/notes/${id}`)).status).toBe(404)
    expect((await as(bob, 'PATCH', `/api/notes/${id}`, { title: 'Mine' })).status).toBe(404)
    expect((await as(bob, 'DELETE', `/api/notes/${id}`)).status).toBe(404)
    expect(((await as(bob, 'GET', '/api/notes')).json() as NotePage).items).toEqual([])
  })

  it('come in pages, newest first', async () => {
    const carol = await signUp(app)
    for (const title of ['1', '2', '3', '4', '5']) await as(carol, 'POST', '/api/notes', { title })

    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const page = (await as(carol, 'GET', `/api/notes?limit=2${cursor ? `&cursor=${cursor}` : ''}`)).json() as NotePage
      pages.push(page.items.map(({ title }) => title))
      cursor = page.nextCursor
    } while (cursor)
    expect(pages).toEqual([['5', '4'], ['3', '2'], ['1']])
  })

  it('name every mistake in a request at once', async () => {
    const response = await as(ada, 'POST', '/api/notes', { title: '', body: 7 })
    expect(response.status).toBe(422)
    const { errors } = response.json() as { errors: { path: string }[] }
    expect(errors.map(({ path }) => path).sort()).toEqual(['/body', '/title'])
  })

  function as(member: Member, method: string, url: string, json?: unknown) {
    return app.inject({ method, url, headers: { cookie: member.cookie }, ...(json !== undefined && { json }) })
  }
})
