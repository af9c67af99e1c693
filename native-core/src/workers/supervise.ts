import type { Listening, Stats } from '../binding.d.ts'
import type { Logger } from '../context.ts'
import type { BoltError } from '../errors.ts'
import type { Host } from '../host.ts'
import type { ListenPlan } from '../listen.ts'
import { type Report, sumOf } from '../metrics/snapshot.ts'
import { scriptPath } from './child.ts'
import { openListeners } from './listeners.ts'
import type { WorkerSettings } from './options.ts'
import { Supervisor } from './supervisor.ts'

/** The workers of an application, as the process that supervises them sees them. */
export interface Workers {
  /** Process ids of the workers that serve, by slot; undefined while one restarts. */
  readonly pids: ReadonlyArray<number | undefined>
  /**
   * Replaces all workers one after the other, each when its successor is ready: no request is refused or cut. SIGHUP does the same. Rejects
   * when a successor does not start; the workers that were not replaced go on.
   */
  reload(): Promise<void>
  /** Sums of the counters of all workers, ended ones too. */
  stats(): Promise<Stats>
}

export interface Supervised {
  readonly listening: Listening
  readonly workers: Workers
  /** Resolves when all workers accept requests. */
  start(): Promise<void>
  reports(): Promise<Report[]>
  /** Lets all workers finish and closes the sockets. */
  close(): Promise<void>
}

/** Makes this process the supervisor of workers that run the same script. */
export function supervise(
  host: Host,
  options: {
    plan: ListenPlan
    workers: WorkerSettings
    grace: number
    logger: Logger
    onGiveUp(error: BoltError): void
  },
): Supervised {
  const { logger, grace } = options
  // Before anything is opened: the same mistake would otherwise be made by each worker.
  scriptPath()
  const listeners = openListeners(host, options.plan, options.workers.count)
  const supervisor = new Supervisor({ ...options, listeners })
  const reload = (): void => {
    supervisor.reload().catch((err: unknown) => logger.error({ err }, 'reload stopped'))
  }
  process.on('SIGHUP', reload)
  const workers: Workers = {
    get pids() {
      return supervisor.pids
    },
    reload: () => supervisor.reload(),
    stats: async () => sumOf(await supervisor.reports()).stats,
  }
  const close = async (): Promise<void> => {
    process.off('SIGHUP', reload)
    const { killed } = await supervisor.stop()
    if (killed > 0) logger.warn({ killed, grace }, 'workers were killed at shutdown')
  }
  return {
    listening: listeners.listening,
    workers,
    start: () => supervisor.start(),
    reports: () => supervisor.reports(),
    close,
  }
}
