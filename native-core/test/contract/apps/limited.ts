import { type App, createApp, type Logger, rateLimit } from '@bolt-app/core'
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
  return app
}
