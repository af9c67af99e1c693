import type { Stats } from '../binding.d.ts'
import { type DatabaseReport, sumOfDatabases } from './databases.ts'
import { add, addHistogram, emptyHistogram, type Histogram } from './histogram.ts'

/** Upper bounds of the buckets of all histograms, microseconds. */
export const BOUNDS: readonly number[] = [
  500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
  10_000_000,
]

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
  /** Those that Rust has open; none unless the application asks for metrics. */
  databases: DatabaseReport[]
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
  const waiting = emptyHistogram(BOUNDS)
  for (const report of reports) {
    for (const [name, value] of Object.entries(report.stats) as Array<[keyof Stats, number]>) {
      stats[name] += value
    }
    if (report.metrics === undefined) continue
    for (const counts of report.metrics.routes) {
      const sum = routes.get(counts.route) ?? {
        route: counts.route,
        classes: Array(6).fill(0),
        ...emptyHistogram(BOUNDS),
      }
      add(sum.classes, counts.classes)
      addHistogram(sum, counts)
      routes.set(counts.route, sum)
    }
    addHistogram(waiting, report.metrics.waiting)
  }
  return {
    stats,
    metrics: { routes: [...routes.values()].sort((one, other) => one.route - other.route), waiting },
    databases: sumOfDatabases(reports.flatMap(({ databases }) => databases)),
  }
}
