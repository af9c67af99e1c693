import type { App } from '@bolt-app/core'
import { z } from 'zod'
import type { Tokens } from './access.ts'

const Me = z.object({ subject: z.string(), scope: z.array(z.string()) })

/** The public keys, and a route that shows a client what its token says. */
export function tokenRoutes(app: App, tokens: Tokens): void {
  app.answer('/.well-known/jwks.json', tokens.jwks)

  app.get(
    '/api/clients/me',
    { auth: tokens.access, response: Me, summary: 'What the token of this client says', tags: ['clients'] },
    ({ auth }) => ({ subject: auth.sub, scope: auth.scope }),
  )
}
