import { type App, createApp, file, UploadedFile } from '@bolt-app/core'
import { z } from 'zod'
import { js } from './entered.ts'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

const Note = z.object({
  title: z.string().min(3),
  stars: z.int().min(0).max(5).optional(),
  done: z.boolean().default(false),
  tags: z.array(z.string()).optional(),
  slug: z.string().trim().optional(),
})

const described = async (one: File): Promise<object> => ({
  name: one.name,
  type: one.type,
  size: one.size,
  text: (await one.text()).slice(0, 20),
  isSpooled: one instanceof UploadedFile && one.path !== undefined,
})

/** Forms, with bounds that are easy to cross. */
export function formsApp(): App {
  const app = createApp({ logger: silent, forms: { fields: 6, files: 3, fieldBytes: 200, memoryBytes: 100 } })
  app.post(
    '/notes',
    { form: Note, status: 201 },
    js((ctx) => ctx.body),
  )
  app.post(
    '/strict',
    { form: z.strictObject({ a: z.string() }) },
    js((ctx) => ctx.body),
  )
  app.post(
    '/avatar',
    { form: z.object({ name: z.string(), avatar: z.file().max(500).mime(['image/png', 'text/plain']) }) },
    js(async (ctx) => ({ name: ctx.body.name, avatar: await described(ctx.body.avatar) })),
  )
  app.post(
    '/photos',
    { form: z.object({ photos: z.array(z.file()).min(1) }), formLimits: { fileBytes: 1_000 } },
    js(async (ctx) => Promise.all(ctx.body.photos.map(described))),
  )
  app.post(
    '/optional',
    { form: z.object({ photo: z.file().optional() }) },
    js((ctx) => ({ photo: ctx.body.photo?.name ?? null })),
  )
  app.post(
    '/small',
    { form: z.object({ a: z.string() }), bodyBytes: 64 },
    js((ctx) => ctx.body),
  )
  app.post(
    '/echo',
    { form: z.object({ photo: z.file() }) },
    js((ctx) => file((ctx.body.photo as UploadedFile).path as string, { type: 'text/x-echo' })),
  )
  app.post(
    '/both/:id',
    { params: z.object({ id: z.int() }), form: z.object({ a: z.string() }) },
    js((ctx) => ({ ...ctx.params, ...ctx.body })),
  )
  return app
}
