import type { Report } from '../metrics/snapshot.ts'
import { type FromWorker, isOurs, SLOT, type ToWorker } from './protocol.ts'

/** The slot of this process when it is a worker; undefined in a supervisor and in a process of its own. */
export const workerSlot: number | undefined = takeSlot()

function takeSlot(): number | undefined {
  const slot = process.env[SLOT]
  if (slot === undefined || process.send === undefined) return undefined
  // Processes that the worker itself starts are no workers.
  delete process.env[SLOT]
  return Number(slot)
}

export interface MemberOptions {
  /** Whether the supervisor wants to know how much memory is in use. */
  tellsRss: boolean
  report(): Report
  /** Finishes what is in flight. */
  drain(): Promise<void>
}

/** What a worker can ask of its supervisor. */
export interface Member {
  /** Reports of all workers, this one's among them. */
  reports(): Promise<Report[]>
}

/** Milliseconds between two messages about memory. */
const PACE = 1_000

/** Tells the supervisor that the worker accepts requests, and does from then on as it says. */
export function joinSupervisor(options: MemberOptions): Member {
  const waiting = new Map<number, (reports: Report[]) => void>()
  let nextId = 1
  let isLeaving = false
  const leave = async (): Promise<void> => {
    if (isLeaving) return
    isLeaving = true
    let code = 0
    await options.drain().catch(() => {
      code = 1
    })
    // The last counters: without them sums would fall when a worker goes.
    if (process.connected) process.send?.({ bolt: 'report', report: options.report() }, () => process.exit(code))
    else process.exit(code)
  }
  process.on('message', (message: unknown) => {
    if (!isOurs(message)) return
    const known = message as ToWorker
    if (known.bolt === 'drain') void leave()
    else if (known.bolt === 'report') send({ bolt: 'report', id: known.id, report: options.report() })
    else if (known.bolt === 'reports') waiting.get(known.id)?.(known.reports)
  })
  // A supervisor that is gone, however it ended, cannot replace this worker any more.
  process.on('disconnect', () => void leave())
  process.on('SIGTERM', () => void leave())
  // A terminal sends these to all processes at once; what they mean is the supervisor's to say.
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  if (options.tellsRss) {
    setInterval(() => send({ bolt: 'rss', bytes: process.memoryUsage.rss() }), PACE).unref()
  }
  // An application that was closed by its own code may end.
  process.channel?.unref()
  send({ bolt: 'ready' })
  return {
    reports: () =>
      new Promise((resolve) => {
        if (!process.connected) return resolve([options.report()])
        const id = nextId++
        waiting.set(id, (reports) => {
          waiting.delete(id)
          resolve(reports)
        })
        send({ bolt: 'reports', id })
      }),
  }
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
