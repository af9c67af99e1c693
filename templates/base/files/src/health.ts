import { type App, reply } from '@bolt-app/core'
import { z } from 'zod'

/** What the application cannot work without: each function fails when its dependency is down. */
export type Checks = Record<string, () => Promise<unknown>>

const Readiness = z.object({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.enum(['ok', 'down'])),
})

const timeLimit = 2_000

/** `/healthz`: the process answers (from Rust, without JavaScript). `/readyz`: everything it depends on answers too. */
export function healthRoutes(app: App, checks: Readonly<Checks>): void {
  app.answer('/healthz', { status: 'ok' })

  const response = { 200: Readiness, 503: Readiness }
  app.get('/readyz', { response, summary: 'Whether every dependency answers', tags: ['operations'] }, async (ctx) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await Promise.race([check(), expire(name)])
          return [name, 'ok'] as const
        } catch (err) {
          ctx.log.error({ err, check: name }, 'readiness check failed')
          return [name, 'down'] as const
        }
      }),
    )
    const states = Object.fromEntries(results)
    const isReady = results.every(([, state]) => state === 'ok')
    return isReady
      ? reply({ status: 'ready', checks: states }, { status: 200 })
      : reply({ status: 'not ready', checks: states }, { status: 503 })
  })
}

function expire(name: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`${name} did not answer within ${timeLimit} ms`)), timeLimit).unref()
  })
}
