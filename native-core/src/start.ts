import type { CompiledApp } from './compile/app.ts'
import { createDispatch } from './dispatch.ts'
import { BoltError } from './errors.ts'
import { createOnEvent } from './events.ts'
import type { OnError } from './failure.ts'
import { UploadFolder } from './forms/upload-folder.ts'
import type { Host, HostBinding } from './host.ts'
import { type KeySets, watchKeySets } from './jwks.ts'
import type { RouteLabel } from './metrics/prometheus.ts'
import type { AppSettings } from './options.ts'
import { attachClients } from './queries/attach.ts'
import type { AttachedPool } from './query.ts'
import { createRuntime } from './request-context.ts'
import { startRequestLog } from './request-log.ts'
import { watchStatements } from './statement-log.ts'
import { Sockets } from './websocket/dispatch.ts'

/** An application on its host: nothing can be declared any more, requests can be taken. */
export interface Started {
  host: Host
  /** Number of the server in the binding. */
  server: number
  binding: HostBinding
  keySets: KeySets
  uploads: UploadFolder
  /** By route id. */
  labels: RouteLabel[]
  stopLog: () => void
  /** Of statements. */
  stopWatching: () => void
  /** Pools of clients on the server. */
  pools: readonly AttachedPool[]
}

/** Hands a compiled application to a host. */
export function startApp(host: Host, settings: AppSettings, compiled: CompiledApp, onError: OnError[]): Started {
  const { logger, forms, limits, requestLog } = settings
  const { binding } = host
  const uploads = new UploadFolder(forms.folder)
  if (compiled.plan.routes.some((route) => route.kind === 'handler' && route.form)) void uploads.sweep()
  const runtime = createRuntime(binding, logger, uploads, limits.streamBuffer)
  const sockets = new Sockets()
  const dispatch = createDispatch(runtime, compiled.runners, sockets, onError)
  const server = naming(compiled, (plan) => binding.createServer(plan, dispatch, createOnEvent(runtime), sockets.take))
  const pools = attachClients(host, server, compiled.clients)
  const keySets = watchKeySets(compiled.jwts, logger, (index, keys) =>
    binding.setKeys(server, index, JSON.stringify({ keys })),
  )
  const labels = compiled.plan.routes.map(({ method, path }) => ({ method, path }))
  const stopLog = requestLog ? startRequestLog(binding, server, logger, labels) : () => undefined
  const stopWatching = watchStatements(server, settings, labels)
  return { host, server, binding, keySets, uploads, labels, stopLog, stopWatching, pools }
}

/** Gives the plan to a host; in its refusal a route is named by method and path instead of its place in the plan. */
function naming({ plan }: CompiledApp, create: (plan: string) => number): number {
  try {
    return create(JSON.stringify(plan))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const named = message.replace(/routes\[(\d+)\]/, (text, index: string) => {
      const route = plan.routes[Number(index)]
      return route === undefined ? text : `${route.method} ${route.path}`
    })
    throw new BoltError('native-refused', named, 'change the route or option that the message names', error)
  }
}
