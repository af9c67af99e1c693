import type { Binding } from '../binding.d.ts'
import { settingsOf } from '../options.ts'
import type { AppPlan } from '../plan.ts'
import { Connections } from './connections.ts'
import type { Engine } from './engine.ts'

/** Opens a pool on a server of its own, which never listens and closes with it. Throws as `Connections` does. */
export function openOnOwnServer(binding: Binding, engine: Engine, onEnd: () => void): Connections {
  const server = binding.createServer(
    JSON.stringify(emptyPlan()),
    () => undefined,
    () => undefined,
    () => false,
  )
  const close = (): Promise<number> => new Promise((done) => binding.close(server, 0, 0, done))
  try {
    return new Connections(binding, server, engine, () => close().then(onEnd))
  } catch (error) {
    void close()
    throw error
  }
}

/** An application without routes. */
function emptyPlan(): AppPlan {
  return {
    limits: settingsOf({}).limits,
    securityHeaders: [],
    cors: null,
    compression: null,
    trustedProxies: [],
    auths: [],
    rateLimits: [],
    observe: { bounds: null, log: false },
    routes: [],
  }
}
