import type { Report } from '../metrics/snapshot.ts'

/** From a worker to its supervisor. Other messages are the application's own and left alone. */
export type FromWorker =
  /** It accepts requests. */
  | { bolt: 'ready' }
  /** Resident memory, bytes; once a second when the supervisor has a limit for it. */
  | { bolt: 'rss'; bytes: number }
  /** Answer to `report` of that number; the last one of its own accord, without a number. */
  | { bolt: 'report'; id?: number; report: Report }
  /** Asks for the reports of all workers. */
  | { bolt: 'reports'; id: number }

/** From the supervisor to a worker. */
export type ToWorker =
  /** Finish what is in flight, then exit. */
  { bolt: 'drain' } | { bolt: 'report'; id: number } | { bolt: 'reports'; id: number; reports: Report[] }

/** Whether a message is one of these. */
export function isOurs(message: unknown): message is { bolt: string } {
  return typeof message === 'object' && message !== null && typeof (message as { bolt?: unknown }).bolt === 'string'
}

/** Descriptor at which a worker finds the socket it listens on; 0 to 2 are the standard streams, 3 is the channel. */
export const LISTENER = 4

/** Environment variable that tells a process that it is a worker, and in which slot. */
export const SLOT = 'BOLT_WORKER'
