import type { PoolReport } from '../binding.d.ts'
import { addHistogram, emptyHistogram, type Histogram } from './histogram.ts'

/** Upper bounds of the buckets of histograms about statements, microseconds. */
export const STATEMENT_BOUNDS: readonly number[] = [
  100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  5_000_000, 10_000_000,
]

/** What was counted of one statement. */
export interface StatementCounts extends Histogram {
  done: number
  failed: number
}

/** What was counted of all pools of one database in one process. */
export interface DatabaseReport {
  system: string
  /** Name of the database. */
  database: string
  connections: PoolReport['connections']
  waiting: Histogram
  /** Statements that failed, by code. */
  failures: Record<string, number>
  /** By their texts as they may be shown. */
  statements: Record<string, StatementCounts>
}

/** Sums over pools and processes: one report for each database. */
export function sumOfDatabases(reports: readonly DatabaseReport[]): DatabaseReport[] {
  const sums = new Map<string, DatabaseReport>()
  for (const { system, database, connections, waiting, failures, statements } of reports) {
    const key = JSON.stringify([system, database])
    const sum = sums.get(key) ?? emptyReport(system, database)
    sums.set(key, sum)
    for (const [name, value] of Object.entries(connections) as Array<[keyof PoolReport['connections'], number]>) {
      sum.connections[name] += value
    }
    addHistogram(sum.waiting, waiting)
    for (const [code, count] of Object.entries(failures)) sum.failures[code] = (sum.failures[code] ?? 0) + count
    for (const [text, counts] of Object.entries(statements)) addStatement(sum, text, counts)
  }
  return [...sums.values()]
}

/** What is left of a pool that is closed. */
export function withoutConnections(report: DatabaseReport): DatabaseReport {
  return { ...report, connections: { ...report.connections, used: 0, idle: 0, max: 0, waiting: 0 } }
}

export function emptyReport(system: string, database: string): DatabaseReport {
  return {
    system,
    database,
    connections: { used: 0, idle: 0, max: 0, made: 0, refused: 0, waiting: 0 },
    waiting: emptyHistogram(STATEMENT_BOUNDS),
    failures: Object.create(null) as Record<string, number>,
    // Texts are the keys: one may be `__proto__`.
    statements: Object.create(null) as Record<string, StatementCounts>,
  }
}

/** Adds to what was counted of a statement. */
export function addStatement({ statements }: DatabaseReport, text: string, counts: StatementCounts): void {
  const sum = statements[text] ?? { done: 0, failed: 0, ...emptyHistogram(STATEMENT_BOUNDS) }
  sum.done += counts.done
  sum.failed += counts.failed
  addHistogram(sum, counts)
  statements[text] = sum
}
