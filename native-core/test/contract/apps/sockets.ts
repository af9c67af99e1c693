import { type App, authenticate, createApp, HttpError, jwt, type Logger, requires } from '@bolt-app/core'
import { z } from 'zod'
import { secret } from '../tokens.ts'
import { js } from './entered.ts'

/** WebSockets, and a plain route beside them. */
export function socketsApp(logger: Logger): App {
  const app = createApp({ logger, cors: { origins: ['https://app.example'], credentials: true } })
  const token = jwt({ algorithms: ['HS256'], secret })
  app.get(
    '/plain',
    js(() => ({ at: 'plain' })),
  )
  app.ws('/open', { open: js(() => undefined) })
  app.ws('/spoken', { subprotocols: ['v1', 'v2'] }, { open: js(() => undefined) })
  app.ws('/listed', { origins: ['https://app.example'] }, { open: js(() => undefined) })
  app.ws('/any', { origins: '*' }, { open: js(() => undefined) })
  app.ws('/small', { compression: true }, { open: js(() => undefined) })
  app.ws('/private', { auth: token, guard: requires({ role: 'admin' }) }, { open: js(() => undefined) })
  app.ws(
    '/session',
    { auth: authenticate((ctx) => (ctx.cookies.sid === 'good' ? { sub: 'ann' } : null), { cookies: ['sid'] }) },
    { open: js(() => undefined) },
  )
  app.ws(
    '/rooms/:id',
    { params: z.object({ id: z.int() }), query: z.object({ since: z.int().optional() }) },
    {
      upgrade: js((ctx) => {
        if (ctx.params.id === 404) throw new HttpError(404, 'No such room')
        ctx.setHeader('x-room', String(ctx.params.id))
      }),
    },
  )
  app.group('/teapots', {}, (r) => {
    r.use(async () => new Response('no socket here', { status: 418 }))
    r.ws('/one', { open: js(() => undefined) })
  })
  return app
}
