import { type App, createApp, jwt, type Logger, rateLimit } from '@bolt-app/core'
import { secret } from '../tokens.ts'
import { js } from './entered.ts'

/** Routes that may be asked twice an hour for each value of a header. */
export function limitedApp(logger: Logger): App {
  const app = createApp({ logger })
  const byHeader = rateLimit({ limit: 2, window: 3_600, key: { header: 'x-key' } })
  app.answer('/healthz', 'ok')
  app.get(
    '/by-header',
    { rateLimit: byHeader },
    js(() => ({})),
  )
  app.post(
    '/by-header',
    { rateLimit: byHeader },
    js(() => ({})),
  )
  app.group('/group', { rateLimit: rateLimit({ limit: 2, window: 3_600, key: { header: 'x-key' } }) }, (r) => {
    r.get(
      '/one',
      js(() => ({})),
    )
    r.mount(
      '/two',
      js(() => new Response('mounted')),
    )
  })
  app.get(
    '/by-claim',
    {
      auth: jwt({ algorithms: ['HS256'], secret }),
      rateLimit: rateLimit({ limit: 1, window: 3_600, key: { claim: 'sub' } }),
    },
    js(() => ({})),
  )
  return app
}
