import { checkShape, shape } from './check.ts'
import type { Logger } from './context.ts'
import { BoltError } from './errors.ts'
import type { HostBinding } from './host.ts'

export interface ListenOptions {
  /** 0 takes a free one. @default 3000 */
  port?: number
  /** Address to listen on; `0.0.0.0` or `::` for all. @default '127.0.0.1' */
  host?: string
  /** SIGTERM and SIGINT close the application, then the process exits with 0. @default false */
  signals?: boolean
  /** Milliseconds that requests in flight get at shutdown. @default 10000 */
  grace?: number
}

export function listenOptions(options: ListenOptions): Required<ListenOptions> {
  checkShape('listen()', options, {
    port: shape.integer({ min: 0, max: 65_535 }),
    host: shape.text(),
    signals: shape.flag(),
    grace: shape.integer({ min: 0 }),
  })
  const { port = 3000, host = '127.0.0.1', signals = false, grace = 10_000 } = options
  return { port, host, signals, grace }
}

/** Asks the host to listen; a refusal becomes one clear sentence. */
export async function listenPlan(
  binding: HostBinding,
  server: number,
  options: Required<ListenOptions>,
): Promise<{ host: string; port: number }> {
  const { port, host } = options
  try {
    return await binding.listen(server, JSON.stringify({ port, host }))
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'EADDRINUSE') {
      throw new BoltError(
        'port-in-use',
        `port ${port} on ${host} is in use by another process`,
        'stop that process, or listen on another port (0 takes a free one)',
        error,
      )
    }
    const hint = code === 'EACCES' ? 'ports below 1024 need privileges; take a higher one' : 'check host and port'
    throw new BoltError('listen-failed', `cannot listen on ${host}:${port}: ${message}`, hint, error)
  }
}

/** Closes on the first SIGTERM or SIGINT and exits; a second one exits at once. Returns how to stop that. */
export function onSignals(close: () => Promise<void>, logger: Logger): () => void {
  let isClosing = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isClosing) process.exit(1)
    isClosing = true
    logger.info({ signal }, 'shutting down')
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return () => {
    // During a shutdown by signal the listeners stay: a second signal must still end the process.
    if (isClosing) return
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
  }
}
