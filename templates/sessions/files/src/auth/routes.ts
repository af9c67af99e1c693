import type { App } from '@bolt-app/core'
import { z } from 'zod'
import type { Access } from './access.ts'
import { addressHeader, type SignIn } from './sign-in.ts'

const Me = z.object({ id: z.string(), name: z.string(), email: z.email() })

/** `/api/auth/*` is better-auth's; `/api/me` says who is signed in. */
export function authRoutes(app: App, signIn: SignIn, access: Access): void {
  app.mount('/api/auth', (request, { address }) => {
    request.headers.set(addressHeader, address)
    return signIn.handler(request)
  })

  app.get(
    '/api/me',
    { auth: access, response: Me, summary: 'Who is signed in', tags: ['users'] },
    (ctx) => ctx.auth.user,
  )
}
