import { emptyHistogram, type Histogram } from '../metrics/histogram.ts'
import { BOUNDS, type RouteCounts, type Snapshot } from '../metrics/snapshot.ts'
import type { ObservePlan } from '../plan.ts'
import type { Exchange } from './exchange.ts'

/** Entries of the log that wait to be taken. */
const MOST = 40_000

/** Counts and writes down what is answered, as the engine does. */
export class Observer {
  readonly #plan: ObservePlan
  readonly #routes = new Map<number, RouteCounts>()
  readonly #waiting = emptyHistogram(BOUNDS)
  #log: unknown[] = []
  #dropped = 0

  constructor(plan: ObservePlan) {
    this.#plan = plan
  }

  /** Whether anybody wants to know. */
  get isOn(): boolean {
    return this.#plan.log || this.#plan.bounds !== null
  }

  answered(exchange: Exchange, status: number): void {
    const { route, method, requestId, address } = exchange
    const micros = Math.round((performance.now() - exchange.since) * 1_000)
    if (this.#plan.bounds !== null) {
      const counts = this.#routes.get(route) ?? { route, classes: Array(6).fill(0), ...emptyHistogram(BOUNDS) }
      this.#routes.set(route, counts)
      const digit = Math.floor(status / 100)
      counts.classes[digit] = (counts.classes[digit] ?? 0) + 1
      note(counts, micros)
    }
    if (!this.#plan.log) return
    if (this.#log.length < MOST) this.#log.push([method, route, status, micros, requestId, address])
    else this.#dropped += 1
  }

  waited(exchange: Exchange): void {
    if (this.#plan.bounds !== null) note(this.#waiting, Math.round((performance.now() - exchange.since) * 1_000))
  }

  metrics(): string | undefined {
    if (this.#plan.bounds === null) return undefined
    return JSON.stringify({ routes: [...this.#routes.values()], waiting: this.#waiting } satisfies Snapshot)
  }

  takeLog(): string | undefined {
    if (this.#log.length === 0 && this.#dropped === 0) return undefined
    const text = JSON.stringify({ dropped: this.#dropped, entries: this.#log })
    this.#log = []
    this.#dropped = 0
    return text
  }
}

function note(histogram: Histogram, micros: number): void {
  const found = BOUNDS.findIndex((bound) => bound >= micros)
  const at = found === -1 ? BOUNDS.length : found
  histogram.buckets[at] = (histogram.buckets[at] ?? 0) + 1
  histogram.sum += micros
}
