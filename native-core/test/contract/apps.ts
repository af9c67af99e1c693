import { fileURLToPath } from 'node:url'
import { type App, authenticate, createApp, firstOf, HttpError, jwt, redirect, reply, requires } from '@bolt-app/core'
import { z } from 'zod'
import type { AppName } from './case.ts'
import { secret } from './tokens.ts'

const publicFolder = fileURLToPath(new URL('./public', import.meta.url))

/** Entries into JavaScript as JavaScript itself counts them. */
export const entered = { count: 0 }

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

const Note = z.object({
  title: z.string().min(3).max(40),
  tags: z.array(z.string().min(1)).max(3).optional(),
  done: z.boolean().default(false),
  stars: z.int().min(0).max(5).optional(),
  author: z.object({ name: z.string(), email: z.email() }).optional(),
})

/** The applications that the cases ask, by name. */
export function buildApps(): Record<AppName, App> {
  return {
    main: mainApp(),
    cors: corsApp(['https://app.example'], true),
    'open-cors': corsApp('*', false),
    tight: tightApp(),
  }
}

function mainApp(): App {
  const app = createApp({
    logger: silent,
    openapi: { title: 'Contract', version: '1.0.0' },
    trustedProxies: ['10.0.0.0/8'],
  })
  routing(app)
  inputs(app)
  signIn(app)
  answers(app)
  mounts(app)
  app.onError((error) => (error instanceof RangeError ? reply({ oops: error.message }, { status: 418 }) : undefined))
  return app
}

/** Counts, then does. */
function js<Args extends unknown[], R>(handler: (...args: Args) => R): (...args: Args) => R {
  return (...args) => {
    entered.count += 1
    return handler(...args)
  }
}

function routing(app: App): void {
  app.get(
    '/café',
    js(() => ({ at: 'café' })),
  )
  app.get(
    '/',
    js(() => ({ at: 'root' })),
  )
  app.get(
    '/a/me',
    js(() => ({ at: 'me' })),
  )
  app.get(
    '/a/:id',
    js((ctx) => ({ id: ctx.params.id })),
  )
  app.post(
    '/a/:id',
    js((ctx) => ({ posted: ctx.params.id })),
  )
  app.get(
    '/a/:id/b/:other',
    js((ctx) => ctx.params),
  )
  app.get(
    '/only/slash/',
    js(() => ({ at: 'slash' })),
  )
  app.get(
    '/rest/*path',
    js((ctx) => ctx.params),
  )
}

function inputs(app: App): void {
  app.get(
    '/int/:n',
    { params: z.object({ n: z.int() }) },
    js((ctx) => ({ n: ctx.params.n, type: typeof ctx.params.n })),
  )
  app.get(
    '/uuid/:id',
    { params: z.object({ id: z.uuid() }) },
    js((ctx) => ctx.params),
  )
  app.get(
    '/types',
    {
      query: z.object({
        int: z.int().optional(),
        number: z.number().optional(),
        flag: z.boolean().optional(),
        text: z.string().optional(),
        list: z.array(z.int()).max(3).optional(),
        one: z.enum(['a', 'b']).optional(),
        limit: z.int().min(1).max(100).default(20),
        date: z.iso.date().optional(),
        since: z.coerce.date().optional(),
        even: z
          .int()
          .refine((n) => n % 2 === 0, 'must be even')
          .optional(),
      }),
    },
    js((ctx) => ctx.query),
  )
  app.get(
    '/required',
    { query: z.object({ q: z.string(), n: z.int() }) },
    js((ctx) => ctx.query),
  )
  app.get(
    '/strict',
    { query: z.strictObject({ q: z.string().optional() }) },
    js((ctx) => ctx.query),
  )
  app.get(
    '/plain-query',
    js((ctx) => ({ ...ctx.query })),
  )
  app.get(
    '/headers',
    { headers: z.object({ 'x-count': z.int(), 'x-name': z.string().optional() }) },
    js((ctx) => ({
      count: ctx.headers['x-count'],
      name: ctx.headers['x-name'] ?? null,
      same: ctx.headers.get('X-Count'),
    })),
  )
  app.get(
    '/cookies',
    js((ctx) => ({ ...ctx.cookies })),
  )
  app.get(
    '/cookie',
    { cookies: z.object({ theme: z.enum(['dark', 'light']), visits: z.int().optional() }) },
    js((ctx) => ctx.cookies),
  )
  app.post(
    '/notes',
    { body: Note, status: 201 },
    js((ctx) => ctx.body),
  )
  app.put(
    '/any',
    { body: z.unknown() },
    js((ctx) => ({ got: ctx.body })),
  )
  app.patch(
    '/loose',
    { body: z.looseObject({ a: z.int().optional() }) },
    js((ctx) => ({ keys: Object.keys(ctx.body), polluted: ({} as Record<string, unknown>).polluted ?? null })),
  )
  app.post(
    '/strict',
    { body: z.strictObject({ a: z.int() }) },
    js((ctx) => ctx.body),
  )
  app.post(
    '/optional',
    { body: z.object({ a: z.int() }).optional() },
    js((ctx) => ({ body: ctx.body ?? null })),
  )
  app.post(
    '/both',
    { query: z.object({ n: z.int() }), body: z.object({ a: z.int() }) },
    js((ctx) => ({ ...ctx.query, ...ctx.body })),
  )
  app.post(
    '/refined',
    {
      body: z
        .object({ a: z.string(), b: z.string() })
        .refine((v) => v.a === v.b, { message: 'a and b differ', path: ['b'] }),
    },
    js((ctx) => ctx.body),
  )
  app.post(
    '/trimmed',
    { body: z.object({ name: z.string().trim().min(2) }) },
    js((ctx) => ctx.body),
  )
  app.post(
    '/union',
    {
      body: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('circle'), r: z.number() }),
        z.object({ kind: z.literal('square'), side: z.number() }),
      ]),
    },
    js((ctx) => ctx.body),
  )
  app.post(
    '/bytes',
    js((ctx) => ({ size: ctx.request.bytes().byteLength, text: ctx.request.text().slice(0, 20) })),
  )
  app.post(
    '/small',
    { body: z.object({ a: z.string() }), bodyBytes: 32 },
    js((ctx) => ctx.body),
  )
}

function signIn(app: App): void {
  const token = jwt({ algorithms: ['HS256'], secret, issuer: 'https://issuer.example', audience: 'contract' })
  const byCookie = jwt({ algorithms: ['HS256'], secret, from: { cookie: 'token' } })
  app.get(
    '/private',
    { auth: token },
    js((ctx) => ({ sub: ctx.auth.sub })),
  )
  app.group('/admin', { auth: token, guard: requires({ role: 'admin' }), tags: ['admin'] }, (r) => {
    r.get(
      '/users',
      js((ctx) => ({ sub: ctx.auth.sub })),
    )
    r.get(
      '/deep',
      { guard: requires({ 'org.plan': ['gold', 'silver'] }) },
      js(() => ({ ok: true })),
    )
  })
  app.get(
    '/by-cookie',
    { auth: byCookie },
    js((ctx) => ({ sub: ctx.auth.sub })),
  )
  const session = authenticate((ctx) => (ctx.cookies.sid === 'good' ? { sub: 'by-session', role: 'user' } : null), {
    cookies: ['sid'],
  })
  app.get(
    '/session',
    { auth: firstOf(byCookie, session) },
    js((ctx) => ({ sub: ctx.auth.sub })),
  )
  app.get(
    '/session/admin',
    { auth: session, guard: requires({ role: 'admin' }) },
    js(() => ({ ok: true })),
  )
  app.get(
    '/key',
    { auth: authenticate((ctx) => (ctx.headers.get('x-key') === 'k' ? { who: 'key' } : null)) },
    js((ctx) => ctx.auth),
  )
  app.get(
    '/shaped',
    { auth: jwt({ algorithms: ['HS256'], secret, claims: z.object({ sub: z.string(), level: z.number() }) }) },
    js((ctx) => ({ level: ctx.auth.level + 1 })),
  )
}

function answers(app: App): void {
  app.answer('/healthz', { status: 'ok' })
  app.answer('/robots.txt', 'User-agent: *\n', { headers: { 'cache-control': 'public, max-age=60' } })
  app.static('/files', publicFolder)
  app.static('/hashed', publicFolder, { immutable: true, index: false })
  app.get(
    '/text',
    js(() => 'grüße'),
  )
  app.get(
    '/number',
    js(() => 7),
  )
  app.get(
    '/list',
    js(() => [1, 2]),
  )
  app.get(
    '/empty',
    js(() => undefined),
  )
  app.get(
    '/null',
    js(() => null),
  )
  app.get(
    '/binary',
    js(() => new Uint8Array([0, 255, 1])),
  )
  app.get(
    '/created',
    { status: 201 },
    js(() => ({ made: true })),
  )
  app.get(
    '/reply',
    js(() => reply({ ok: true }, { status: 202, headers: { 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] } })),
  )
  app.get(
    '/redirect',
    js(() => redirect('/a/me?x=ü')),
  )
  app.get(
    '/response',
    js(
      () =>
        new Response('from fetch', {
          status: 203,
          headers: [
            ['set-cookie', 'a=1; Path=/'],
            ['set-cookie', 'b=2'],
            ['x-two', '2'],
          ],
        }),
    ),
  )
  app.get(
    '/async',
    js(async (ctx) => {
      await Promise.resolve()
      return { path: ctx.request.path, id: ctx.request.id }
    }),
  )
  app.get(
    '/late/:id',
    js(async (ctx) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { id: ctx.params.id, agent: ctx.headers.get('user-agent') ?? null, method: ctx.request.method }
    }),
  )
  app.get(
    '/set-header',
    js((ctx) => {
      ctx.setHeader('x-three', '3')
      ctx.setHeader('Set-Cookie', 'a=1')
      ctx.setHeader('set-cookie', 'b=2')
      ctx.setHeader('x-three', '4')
      return { ok: true }
    }),
  )
  app.get(
    '/split',
    js((ctx) => {
      ctx.setHeader('x-bad', 'a\r\nset-cookie: evil=1')
      return { ok: true }
    }),
  )
  app.get(
    '/split-reply',
    js(() => reply('x', { headers: { 'x-bad': 'a\nb' } })),
  )
  app.get(
    '/own-length',
    js(() => reply('x', { headers: { 'content-length': '7' } })),
  )
  app.get(
    '/throw',
    js(() => {
      throw new Error('the secret reason')
    }),
  )
  app.get(
    '/throw-async',
    js(async () => {
      await Promise.resolve()
      throw new Error('the secret reason')
    }),
  )
  app.get(
    '/throw-http',
    js(() => {
      throw new HttpError(409, 'Already there', { code: 'note-exists', headers: { 'retry-after': '3' } })
    }),
  )
  app.get(
    '/throw-control',
    js(() => {
      throw new HttpError(400, 'a\u0000b"\\\n\u001f')
    }),
  )
  app.get(
    '/throw-range',
    js(() => {
      throw new RangeError('hooked')
    }),
  )
  app.get(
    '/throw-string',
    js(() => {
      throw 'just text'
    }),
  )
  app.get(
    '/bigint',
    js(() => ({ n: 1n })),
  )
  app.get(
    '/function',
    js(() => () => 1),
  )
  app.get(
    '/wrong-response',
    { response: z.object({ a: z.int() }) },
    js(() => ({ a: 'text' }) as unknown as { a: number }),
  )
  app.get(
    '/address',
    js((ctx) => ({ address: ctx.request.address })),
  )
  app.get(
    '/method',
    js((ctx) => ({ method: ctx.request.method, url: ctx.request.url })),
  )
  app.get(
    '/big',
    js(() => ({ text: 'x'.repeat(200_000) })),
  )
  app.group('/wrapped', (r) => {
    r.use(async (ctx, next) => {
      ctx.setHeader('x-wrapped', 'yes')
      const value = await next()
      return typeof value === 'object' ? { ...value, wrapped: true } : undefined
    })
    r.get(
      '/object',
      js(() => ({ a: 1 })),
    )
    r.get(
      '/text',
      js(() => 'as it was'),
    )
  })
}

function mounts(app: App): void {
  app.get(
    '/mounted/native',
    js(() => ({ at: 'native' })),
  )
  app.mount(
    '/mounted',
    js(async (request: Request) => {
      const url = new URL(request.url)
      if (url.pathname.endsWith('/redirect'))
        return new Response(null, { status: 302, headers: { location: 'https://else.example/' } })
      if (url.pathname.endsWith('/throw')) throw new Error('the secret reason')
      const body = {
        method: request.method,
        path: url.pathname,
        query: url.search,
        host: url.host,
        text: await request.text(),
        type: request.headers.get('content-type'),
      }
      const headers = new Headers({ 'content-type': 'application/json' })
      headers.append('set-cookie', 'one=1; Path=/; HttpOnly')
      headers.append('set-cookie', 'two=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT')
      return new Response(JSON.stringify(body), { status: 201, headers })
    }),
  )
}

function corsApp(origins: readonly string[] | '*', credentials: boolean): App {
  const app = createApp({ logger: silent, cors: { origins, credentials, maxAge: 5 } })
  app.post(
    '/notes',
    { body: z.object({ a: z.string() }), bodyBytes: 64 },
    js((ctx) => ctx.body),
  )
  app.get(
    '/throw',
    js(() => {
      throw new Error('no')
    }),
  )
  return app
}

function tightApp(): App {
  const app = createApp({
    logger: silent,
    securityHeaders: { 'x-own': 'yes' },
    limits: { headBytes: 1_024, headerCount: 10, uriBytes: 200, bodyBytes: 100, jsonDepth: 4 },
  })
  app.post(
    '/notes',
    { body: z.unknown() },
    js((ctx) => ({ got: ctx.body })),
  )
  app.get(
    '/x',
    js((ctx) => reply({ x: 1 }, { headers: { 'x-own': 'mine', 'x-id': ctx.request.id } })),
  )
  return app
}
