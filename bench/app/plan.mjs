/**
 * `node plan.mjs FILE`: writes the plan that `createApp` compiles from our application, as the binding is given it: what our engine without
 * Node serves is then exactly what it serves under Node.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { hostTarget } from '../../scripts/targets.mjs'

const binding = createRequire(new URL('../../native-core/dist/', import.meta.url))(hostTarget().packageName)
const { createServer } = binding
binding.createServer = (plan, ...rest) => {
  writeFileSync(process.argv[2], plan)
  return createServer(plan, ...rest)
}

const { build } = await import('./application.mjs')
const app = build()
await app.listen({ port: 0 })
await app.close()
