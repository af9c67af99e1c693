import type { PoolReport, StatementRecords, StatementSender, WatchPlan } from '../binding.d.ts'
import {
  addStatement,
  type DatabaseReport,
  emptyReport,
  STATEMENT_BOUNDS,
  sumOfDatabases,
  withoutConnections,
} from '../metrics/databases.ts'
import type { Engine } from './engine.ts'
import { statementText } from './statement-text.ts'

/** Milliseconds between two looks at what was recorded. */
const PACE = 100

/** What is asked. */
export interface Source {
  readonly system: Engine['system']
  /** Name of the database. */
  readonly database: string
}

/** A pool, as who observes sees it. */
export interface Observable {
  readonly source: Source
  /** Of the binding. */
  readonly server: number
  watch(plan: WatchPlan): void
  /** Undefined when nothing was counted. */
  report(): PoolReport | undefined
  takeRecords(): StatementRecords | undefined
}

/** A statement that took long or is part of a trace. */
export interface StatementRecord {
  readonly source: Source
  readonly server: number
  readonly sql: string
  /** Milliseconds since 1970. */
  readonly since: number
  readonly ms: number
  readonly waitedMs: number
  readonly code: string | null
  readonly sender: StatementSender | null
}

/** What an application wants to know of all statements of the process. */
export interface Wish {
  /** Whether they are counted. */
  readonly metrics: boolean
  /** From how many milliseconds on a statement is recorded; null: not for its time. */
  readonly slow: number | null
  /** Whether all are recorded that routes send without JavaScript. */
  readonly traces: boolean
  take(records: readonly StatementRecord[], dropped: number): void
}

/** All pools of the process, and who wants to know something of them. */
class Observed {
  readonly #pools = new Set<Observable>()
  readonly #wishes = new Set<Wish>()
  /** Of pools that are closed: what was counted is not forgotten. */
  #ended: DatabaseReport[] = []
  #timer: NodeJS.Timeout | undefined

  add(pool: Observable): void {
    this.#pools.add(pool)
    if (this.#wishes.size > 0) pool.watch(this.#plan())
  }

  /** To be called while the pool can still be asked. */
  remove(pool: Observable): void {
    if (!this.#pools.has(pool)) return
    this.#takeAll()
    const last = reportOf(pool)
    this.#pools.delete(pool)
    if (last !== undefined) this.#ended = sumOfDatabases([...this.#ended, withoutConnections(last)])
  }

  /** Takes up a wish; returns how to end it. */
  want(wish: Wish): () => void {
    this.#wishes.add(wish)
    this.#apply()
    return () => {
      this.#takeAll()
      this.#wishes.delete(wish)
      this.#apply()
    }
  }

  reports(): DatabaseReport[] {
    return sumOfDatabases([...this.#ended, ...[...this.#pools].flatMap((pool) => reportOf(pool) ?? [])])
  }

  #plan(): WatchPlan {
    const wishes = [...this.#wishes]
    const slow = wishes.flatMap((wish) => wish.slow ?? [])
    return {
      bounds: wishes.some((wish) => wish.metrics) ? STATEMENT_BOUNDS : null,
      slow: slow.length === 0 ? null : Math.min(...slow),
      traces: wishes.some((wish) => wish.traces),
    }
  }

  #apply(): void {
    const plan = this.#plan()
    for (const pool of this.#pools) pool.watch(plan)
    clearInterval(this.#timer)
    const hasRecords = plan.slow !== null || plan.traces
    this.#timer = hasRecords ? setInterval(() => this.#takeAll(), PACE).unref() : undefined
  }

  #takeAll(): void {
    const records: StatementRecord[] = []
    let dropped = 0
    for (const pool of this.#pools) {
      const taken = pool.takeRecords()
      if (taken === undefined) continue
      dropped += taken.dropped
      const { source, server } = pool
      for (const [sql, since, ms, waitedMs, code, sender] of taken.entries) {
        records.push({ source, server, sql, since, ms, waitedMs, code, sender })
      }
    }
    if (records.length === 0 && dropped === 0) return
    for (const wish of this.#wishes) wish.take(records, dropped)
  }
}

function reportOf(pool: Observable): DatabaseReport | undefined {
  const counted = pool.report()
  if (counted === undefined) return undefined
  const { connections, waiting, failures } = counted
  const { system, database } = pool.source
  const report = { ...emptyReport(system, database), connections, waiting, failures }
  for (const counts of counted.statements) addStatement(report, statementText(counts.sql), counts)
  return report
}

/** Each bundle of the package has its own copy of this module; what they observe is the same. The number is that of these interfaces. */
const KEY = Symbol.for('@bolt-app/core:observed/1')

const shared = globalThis as { [KEY]?: Observed }
shared[KEY] ??= new Observed()

/** All pools of the process. */
export const observed: Observed = shared[KEY]
