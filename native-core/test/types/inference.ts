/**
 * Checked by the compiler only: what handlers see and may return follows from path and schemas, and nothing is `any`. A line under
 * `@ts-expect-error` must not compile.
 */
import { authenticate, createApp, file, firstOf, HttpError, jwt, redirect, reply, requires, sse } from '@bolt-app/core'
import { z } from 'zod'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only when the type is exactly the expected one; `any` is never exact. */
function is<Expected>() {
  return <Given>(_value: Given, ..._proof: Same<Given, Expected> extends true ? [] : [never]): void => undefined
}

const app = createApp()
const Note = z.object({ id: z.int(), title: z.string(), tags: z.array(z.string()) })
const token = jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32) })

// Parameters of the path, without a schema.
app.get('/notes/:id/files/*path', (ctx) => {
  is<{ readonly id: string; readonly path: string }>()(ctx.params)
  is<string>()(ctx.params.id)
  is<undefined>()(ctx.body)
  is<undefined>()(ctx.auth)
  is<string | undefined>()(ctx.query.anything)
  is<string | undefined>()(ctx.cookies.sid)
  is<string | undefined>()(ctx.headers.get('accept'))
  // @ts-expect-error the path has no such parameter
  return ctx.params.other
})

// Every part by its schema.
app.post(
  '/notes/:id',
  {
    params: z.object({ id: z.int() }),
    query: z.object({
      limit: z.int().default(20),
      since: z.coerce.date().optional(),
      tags: z.array(z.string()).optional(),
    }),
    headers: z.object({ 'x-count': z.int() }),
    cookies: z.object({ theme: z.enum(['dark', 'light']) }),
    body: z.object({ title: z.string().transform((text) => text.length), done: z.boolean().default(false) }),
    response: Note,
  },
  (ctx) => {
    is<number>()(ctx.params.id)
    is<number>()(ctx.query.limit)
    is<Date | undefined>()(ctx.query.since)
    is<string[] | undefined>()(ctx.query.tags)
    is<number>()(ctx.headers['x-count'])
    is<string | undefined>()(ctx.headers.get('x-count'))
    is<'dark' | 'light'>()(ctx.cookies.theme)
    is<number>()(ctx.body.title)
    is<boolean>()(ctx.body.done)
    is<AbortSignal>()(ctx.signal)
    // @ts-expect-error not in the schema
    ctx.query.offset
    // @ts-expect-error parameters are read only
    ctx.params = { id: 1 }
    return { id: ctx.params.id, title: 'a', tags: ['b'] }
  },
)

// What a handler may return.
app.get('/one', { response: Note }, () => ({ id: 1, title: 'a', tags: [] }))
app.get('/one-later', { response: Note }, async () => ({ id: 1, title: 'a', tags: [] }))
app.get('/one-reply', { response: Note }, () =>
  reply({ id: 1, title: 'a', tags: [] }, { status: 200, headers: { etag: 'x' } }),
)
app.get('/one-redirect', { response: Note }, () => redirect('/two'))
app.get('/one-response', { response: Note }, () => new Response('x'))
app.get('/one-file', { response: Note, compression: false }, () => file('x', { download: true }))
app.get('/one-file-reply', { response: Note }, () => reply(file('x'), { headers: { 'x-a': 'b' }, compression: false }))
// @ts-expect-error a property is missing
app.get('/bad-one', { response: Note }, () => ({ id: 1, title: 'a' }))
// @ts-expect-error a property has another type
app.get('/bad-two', { response: Note }, async () => ({ id: '1', title: 'a', tags: [] }))
// @ts-expect-error the reply carries something else
app.get('/bad-three', { response: Note }, () => reply({ nothing: true }))
app.get('/by-status', { response: { 200: Note, 404: z.object({ missing: z.string() }), 204: null } }, (ctx) => {
  if (ctx.query.a === '1') return reply({ missing: 'it' }, { status: 404 })
  if (ctx.query.a === '2') return undefined
  return { id: 1, title: 'a', tags: [] }
})
const byStatus = { 200: Note, 404: z.object({ missing: z.string() }) }
const wrongly = () => reply({ id: 1, title: 'a', tags: [] }, { status: 404 })
// @ts-expect-error the status has another schema
app.get('/bad-status', { response: byStatus }, wrongly)

// Forms.
app.post(
  '/form',
  {
    form: z.object({ title: z.string(), stars: z.int().default(3), photos: z.array(z.file()) }),
    formLimits: { files: 2 },
  },
  (ctx) => {
    is<string>()(ctx.body.title)
    is<number>()(ctx.body.stars)
    is<File[]>()(ctx.body.photos)
    // @ts-expect-error not in the schema
    return ctx.body.other
  },
)
// @ts-expect-error no such bound
app.post('/bad-form', { form: z.object({}), formLimits: { folder: '/tmp' } }, () => 1)

// Events.
app.get('/events', { response: Note }, (ctx) =>
  sse(async (send, signal) => {
    is<AbortSignal>()(signal)
    is<boolean>()(await send({ event: 'note', id: ctx.request.id, data: { any: 'thing' } }))
  }),
)
const numbers = async function* () {
  yield 7
}
// @ts-expect-error an event is text or an object with its fields
app.get('/numbers', () => sse(numbers()))

// Replies: literals stay literals, by status; what no schema describes may be replied as well.
const State = z.object({ state: z.enum(['up', 'down']) })
app.get('/state', { response: { 200: State, 503: State } }, async (ctx) => {
  const isUp = await Promise.resolve(ctx.request.path.length > 3)
  return isUp ? reply({ state: 'up' }, { status: 200 }) : reply({ state: isUp ? 'up' : 'down' }, { status: 503 })
})
const Missing = z.object({ missing: z.string() })
const states = { 200: State, 404: Missing, 410: Missing, 503: State, 204: null } as const
app.get('/state/either', { response: states }, (ctx) => {
  const isUp = ctx.request.path.length > 3
  if (ctx.query.a === '1') return reply({ missing: 'it' }, { status: isUp ? 404 : 410 })
  if (ctx.query.a === '2') return reply(undefined, { status: 204 })
  return reply({ state: isUp ? 'up' : 'down' }, { status: isUp ? 200 : 503 })
})
app.get('/state/later', { response: states }, async () => {
  const status = await Promise.resolve<404 | 410>(404)
  return reply({ missing: 'it' }, { status })
})
const wrongOnce = () => reply({ missing: 'it' }, { status: states ? 404 : 503 })
// @ts-expect-error one of the statuses has another body
app.get('/state/wrong', { response: states }, wrongOnce)
const unnamed = () => reply({ missing: 'it' }, { status: states ? 404 : 409 })
// @ts-expect-error one of the statuses is not the route's
app.get('/state/unnamed', { response: states }, unnamed)
const Narrow = z.object({ a: z.string(), b: z.string() })
const Wide = z.object({ a: z.string().optional() })
app.get('/narrow', { response: { 200: Narrow, 202: Wide } }, () =>
  reply({ a: 'x', b: 'y' }, { status: states ? 200 : 202 }),
)
app.get('/state/file', { response: State }, () => reply(file('state.json'), { headers: { 'x-a': 'b' } }))
app.get('/state/events', { response: { 200: State } }, () => sse(async (send) => void (await send('up'))))
// @ts-expect-error a status that the route does not name
app.get('/state/other', { response: { 200: State } }, () => reply({ state: 'up' }, { status: 201 }))

// Claims.
app.get('/claims', { auth: token, guard: requires({ role: 'admin' }) }, (ctx) => {
  is<string | undefined>()(ctx.auth.sub)
  is<unknown>()(ctx.auth.anything)
})
app.get(
  '/shaped',
  { auth: jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32), claims: z.object({ level: z.int() }) }) },
  (ctx) => is<number>()(ctx.auth.level),
)
const session = authenticate(async (ctx) => (ctx.cookies.sid === undefined ? null : { user: ctx.cookies.sid }), {
  cookies: ['sid'],
})
app.get('/asked', { auth: session }, (ctx) => is<{ user: string }>()(ctx.auth))
app.get(
  '/either',
  {
    auth: firstOf(
      session,
      authenticate(() => ({ key: 1 })),
    ),
  },
  (ctx) => {
    is<{ user: string } | { key: number }>()(ctx.auth)
  },
)

// Groups hand claims and prefix parameters on.
app.group('/teams/:team', { auth: session, tags: ['teams'] }, (r) => {
  r.get('/members/:member', (ctx) => {
    is<string>()(ctx.params.team)
    is<string>()(ctx.params.member)
    is<string>()(ctx.auth.user)
  })
  r.get('/own', { auth: token }, (ctx) => is<string | undefined>()(ctx.auth.sub))
  r.group('/deep', (inner) => {
    inner.get('/x', { query: z.object({ n: z.int() }) }, (ctx) => {
      is<string>()(ctx.auth.user)
      is<number>()(ctx.query.n)
    })
  })
})

// Wrapped handlers keep their context.
const logged = <Ctx, Value>(handler: (ctx: Ctx) => Value) => handler
app.get(
  '/wrapped/:id',
  { query: z.object({ n: z.int() }) },
  logged((ctx) => ctx.query.n + ctx.params.id.length),
)

// Misspelt and wrong options.
// @ts-expect-error no such option
app.get('/typo', { quary: z.object({}) }, () => 1)
// @ts-expect-error a guard is not a function
app.get('/guard', { auth: token, guard: () => true }, () => 1)
// @ts-expect-error a schema is expected
app.get('/schema', { query: { n: 'number' } }, () => 1)
// @ts-expect-error no such algorithm
jwt({ algorithms: ['none'], secret: 'x' })
// @ts-expect-error no such option
createApp({ opneapi: { title: 'a', version: '1' } })
// @ts-expect-error no such coding
createApp({ compression: { encodings: ['deflate'] } })
// @ts-expect-error no such option of a file
file('x', { attachment: true })
// @ts-expect-error a status of a redirect
redirect('/x', 200)
// @ts-expect-error ports are numbers
void app.listen({ port: '3000' })

throw new HttpError(500, 'this file is only compiled')
