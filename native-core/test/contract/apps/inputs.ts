import type { App } from '@bolt-app/core'
import { z } from 'zod'
import { js } from './entered.ts'

const Note = z.object({
  title: z.string().min(3).max(40),
  tags: z.array(z.string().min(1)).max(3).optional(),
  done: z.boolean().default(false),
  stars: z.int().min(0).max(5).optional(),
  author: z.object({ name: z.string(), email: z.email() }).optional(),
})

/** Routes that show what they were given. */
export function inputs(app: App): void {
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
