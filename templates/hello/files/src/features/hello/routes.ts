import type { App } from '@bolt-app/core'
import { z } from 'zod'

const Greeting = z.object({ message: z.string() })
const Whom = z.object({ name: z.string().min(1).max(100).default('world') })

/** `/api/hello`: a route to start from. */
export function helloRoutes(app: App): void {
  app.get('/api/hello', { query: Whom, response: Greeting, summary: 'A greeting', tags: ['hello'] }, ({ query }) => ({
    message: `Hello, ${query.name}!`,
  }))
}
