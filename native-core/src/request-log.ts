import type { Logger } from './context.ts'
import type { HostBinding } from './host.ts'
import type { RouteLabel } from './metrics/prometheus.ts'

/** Milliseconds between two looks at what was answered. */
const PACE = 100

/** Method, route id or -1, status, microseconds, request id, address; as the engine keeps them. */
type Entry = [method: string, route: number, status: number, micros: number, id: string, address: string]

/**
 * Writes a line for each request through the logger, native answers too. The engine keeps them, in memory of a bounded size, and JavaScript
 * fetches many at one time. Returns how to write the last ones and stop.
 */
export function startRequestLog(
  binding: HostBinding,
  server: number,
  logger: Logger,
  labels: readonly RouteLabel[],
): () => void {
  const write = (): void => {
    const text = binding.takeLog(server)
    if (text === undefined) return
    const { dropped, entries } = JSON.parse(text) as { dropped: number; entries: Entry[] }
    for (const [method, route, status, micros, requestId, address] of entries) {
      const path = labels[route]?.path
      logger.info(
        { method, ...(path === undefined ? {} : { route: path }), status, ms: micros / 1_000, requestId, address },
        'request',
      )
    }
    if (dropped > 0) logger.warn({ dropped }, 'requests were answered faster than they could be logged')
  }
  const timer = setInterval(write, PACE).unref()
  return () => {
    clearInterval(timer)
    write()
  }
}
