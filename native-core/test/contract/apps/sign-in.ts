import { type App, authenticate, firstOf, jwt, requires } from '@bolt-app/core'
import { z } from 'zod'
import { secret } from '../tokens.ts'
import { js } from './entered.ts'

/** Routes that only some may ask. */
export function signIn(app: App): void {
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
