import { createRequire } from 'node:module'
import { authenticate, createApp, firstOf, jwt, requires } from '@bolt-app/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { z } from 'zod'

const Note = z.object({ id: z.uuid(), title: z.string(), createdAt: z.date() }).meta({ id: 'Note' })

function notesApp() {
  const app = createApp({
    openapi: {
      title: 'Notes',
      version: '2.1.0',
      description: 'Keeps notes',
      servers: [{ url: 'https://api.example' }],
    },
  })
  const token = jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32) })
  const session = authenticate(() => null, { cookies: ['sid'] })
  app.answer('/healthz', { status: 'ok' })
  app.group('/notes', { auth: firstOf(token, session), tags: ['notes'] }, (r) => {
    r.get(
      '/',
      {
        query: z.object({ limit: z.int().min(1).max(100).default(20).describe('Page size') }),
        response: z.object({ items: z.array(Note) }),
        summary: 'List',
      },
      () => ({ items: [] }),
    )
    r.post(
      '/',
      { body: z.object({ title: z.string().min(3) }), response: Note, status: 201, operationId: 'createNote' },
      () => ({ id: '', title: '', createdAt: new Date() }),
    )
    r.get('/:id', { response: { 200: Note, 404: z.object({ code: z.string() }) } }, () => ({
      id: '',
      title: '',
      createdAt: new Date(),
    }))
    r.delete('/:id', { guard: requires({ role: 'admin' }), response: { 204: null } }, () => undefined)
    r.get('/hidden', { hidden: true }, () => 1)
  })
  const Tree = z.object({
    name: z.string(),
    get children() {
      return z.array(Tree)
    },
  })
  app.post('/tree', { body: Tree, response: Tree }, (ctx) => ctx.body)
  app.get('/files/*path', (ctx) => ctx.params.path)
  return app
}

it('documents parameters, bodies, responses, sign-in and errors', () => {
  const { paths, components, info, tags } = notesApp().openapi()
  expect(info).toEqual({ title: 'Notes', version: '2.1.0', description: 'Keeps notes' })
  expect(tags).toEqual([{ name: 'notes' }])
  expect(Object.keys(paths)).toEqual(['/healthz', '/notes', '/notes/{id}', '/tree', '/files/{path}'])
  const list = paths['/notes']?.get
  expect(list).toMatchObject({
    operationId: 'getNotes',
    summary: 'List',
    tags: ['notes'],
    security: [{ bearer: [] }, { cookie_sid: [] }],
  })
  expect(list?.parameters).toEqual([
    {
      name: 'limit',
      in: 'query',
      required: false,
      description: 'Page size',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    },
  ])
  expect(list?.responses['200']).toMatchObject({
    content: {
      'application/json': { schema: { properties: { items: { items: { $ref: '#/components/schemas/Note' } } } } },
    },
  })
  expect(Object.keys(list?.responses ?? {})).toEqual(['200', '401', '422', 'default'])
  const create = paths['/notes']?.post
  expect(create?.operationId).toBe('createNote')
  expect(create?.requestBody).toMatchObject({
    required: true,
    content: { 'application/json': { schema: { required: ['title'] } } },
  })
  expect(Object.keys(create?.responses ?? {})).toEqual(['201', '400', '401', '413', '415', '422', 'default'])
  expect(create?.responses['422']).toMatchObject({
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  const one = paths['/notes/{id}']
  expect(one?.get?.operationId).toBe('getNotesById')
  expect(one?.get?.parameters).toEqual([{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }])
  expect(one?.delete?.responses).toMatchObject({ 204: { description: 'No Content' }, 403: {} })
  expect(components.schemas.Note).toMatchObject({ properties: { createdAt: { type: 'string', format: 'date-time' } } })
  expect(components.securitySchemes).toEqual({
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    cookie_sid: { type: 'apiKey', in: 'cookie', name: 'sid' },
  })
})

it('has no reference that leads nowhere, and no name twice', () => {
  const document = notesApp().openapi()
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] as string)
  expect(references.length).toBeGreaterThan(3)
  for (const reference of references)
    expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''))
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'https://document.example/', ...document })
  for (const name of Object.keys(document.components.schemas))
    expect(ajv.getSchema(`https://document.example/#/components/schemas/${name}`)).toBeDefined()
})

it('lists every route', () => {
  expect(notesApp().routes()).toEqual(
    expect.arrayContaining([
      { method: 'GET', path: '/healthz', kind: 'answer' },
      { method: 'POST', path: '/notes', kind: 'handler', operationId: 'createNote' },
    ]),
  )
})

it('serves the page at another place, and not at all when told so', async () => {
  const moved = createApp({
    openapi: { title: 'A & <b>', version: '1', docs: '/internal/docs', document: '/internal/api.json' },
  })
  const page = (await moved.inject({ url: '/internal/docs' })).text()
  expect(page).toContain('<title>A &amp; &lt;b></title>')
  expect(page).toContain('src="docs/assets/start.js" data-document="../internal/api.json"')
  expect((await moved.inject({ url: '/internal/docs/assets/swagger-ui.css' })).status).toBe(200)
  expect((await moved.inject({ url: '/internal/api.json' })).status).toBe(200)
  const none = createApp({ openapi: { title: 'A', version: '1', docs: false } })
  expect((await none.inject({ url: '/docs' })).status).toBe(404)
  expect((await none.inject({ url: '/openapi.json' })).status).toBe(200)
  const nothing = createApp()
  expect((await nothing.inject({ url: '/openapi.json' })).status).toBe(404)
  for (const app of [moved, none, nothing]) await app.close()
})

it('serves a page that needs nothing from elsewhere', async () => {
  const app = notesApp()
  const page = await app.inject({ url: '/docs' })
  expect(page.headers.get('content-security-policy')).toContain("connect-src 'self' https://api.example")
  const sources = [...page.text().matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string)
  expect(sources).toContain('docs/assets/start.js')
  for (const source of sources) {
    expect(source).not.toMatch(/^(?:https?:)?\/\//)
    expect((await app.inject({ url: new URL(source, 'http://localhost/docs').pathname })).status).toBe(200)
  }
  expect(page.text()).not.toMatch(/<script>|<style>| on\w+=/)
  await app.close()
})

it('ships the licence of the page with it', async () => {
  const app = notesApp()
  const { license } = createRequire(import.meta.url)('swagger-ui-dist/package.json') as { license: string }
  expect(license).toBe('Apache-2.0')
  for (const name of ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt'])
    expect((await app.inject({ url: `/docs/assets/${name}` })).status).toBe(200)
  await app.close()
})
