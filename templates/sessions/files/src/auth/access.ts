import { authenticate, firstOf, jwt } from '@bolt-app/core'
import { z } from 'zod'
import type { Env } from '#env'
import type { SignIn } from './sign-in.ts'

const Member = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
})

/** Somebody who is signed in. */
export type Member = z.infer<typeof Member>

export type Access = Awaited<ReturnType<typeof memberAccess>>

/**
 * Lets members in. The session's signed cookie is verified in Rust; only when it has run out is better-auth asked, which then renews it.
 */
export async function memberAccess(signIn: SignIn, env: Env) {
  const { authCookies } = await signIn.$context
  return firstOf(
    jwt({
      algorithms: ['HS256'],
      secret: env.AUTH_SECRET,
      from: { cookie: authCookies.sessionData.name },
      claims: Member,
    }),
    authenticate(
      async (ctx): Promise<Member | null> => {
        const { headers, response } = await signIn.api.getSession({
          headers: ctx.request.headers(),
          returnHeaders: true,
        })
        for (const cookie of headers.getSetCookie()) ctx.setHeader('set-cookie', cookie)
        return response
      },
      { cookies: [authCookies.sessionToken.name] },
    ),
  )
}
