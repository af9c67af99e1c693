import type { Stats } from '../binding.d.ts'

/** Upper bounds of the buckets of all histograms, microseconds. */
export const BOUNDS: readonly number[] = [
  500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
  10_000_000,
]

/** How often something took how long: by bound, and one more for what is beyond all of them. */
export interface Histogram {
  buckets: number[]
  /** Microseconds. */
  sum: number
}

/** Answers of one route. */
export interface RouteCounts extends Histogram {
  /** Id of the route; -1 for requests that reached none. */
  route: number
  /** By the first digit of the status. */
  classes: number[]
}

/** What the engine has counted, see `Binding.metrics`. */
export interface Snapshot {
  routes: RouteCounts[]
  /** Time between a request being ready for its handler and the handler being called. */
  waiting: Histogram
}

/** What one process tells about itself. */
export interface Report {
  stats: Stats
  /** Undefined unless the application asks for metrics. */
  metrics: Snapshot | undefined
}

/** Sums over processes. */
export function sumOf(reports: readonly Report[]): Report & { metrics: Snapshot } {
  const stats: Stats = {
    requests: 0,
    nativeAnswers: 0,
    javascriptCalls: 0,
    queries: 0,
    connections: 0,
    connectionsTotal: 0,
    inFlight: 0,
    sockets: 0,
    bytesReceived: 0,
    bytesSent: 0,
  }
  const routes = new Map<number, RouteCounts>()
  const waiting = emptyHistogram()
  for (const report of reports) {
    for (const [name, value] of Object.entries(report.stats) as Array<[keyof Stats, number]>) {
      stats[name] += value
    }
    if (report.metrics === undefined) continue
    for (const counts of report.metrics.routes) {
      const sum = routes.get(counts.route) ?? { route: counts.route, classes: Array(6).fill(0), ...emptyHistogram() }
      add(sum.classes, counts.classes)
      addHistogram(sum, counts)
      routes.set(counts.route, sum)
    }
    addHistogram(waiting, report.metrics.waiting)
  }
  return { stats, metrics: { routes: [...routes.values()].sort((one, other) => one.route - other.route), waiting } }
}

export function emptyHistogram(): Histogram {
  return { buckets: Array(BOUNDS.length + 1).fill(0) as number[], sum: 0 }
}

function addHistogram(sum: Histogram, more: Histogram): void {
  add(sum.buckets, more.buckets)
  sum.sum += more.sum
}

function add(sums: number[], more: readonly number[]): void {
  for (const [index, value] of more.entries()) sums[index] = (sums[index] ?? 0) + value
}
