import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../context.ts'
import { BoltError } from '../errors.ts'
import { withoutConnections } from '../metrics/databases.ts'
import { type Report, sumOf } from '../metrics/snapshot.ts'
import { Child, type Exit, exitText } from './child.ts'
import type { OpenListeners } from './listeners.ts'
import type { WorkerSettings } from './options.ts'
import type { FromWorker } from './protocol.ts'

/** Milliseconds after which a worker counts as sound: what happens to it later does not slow the next start down. */
const STABLE = 30_000
/** Failures in a row without any worker that serves, after which the supervisor gives up. */
const MAX_FAILURES = 5
/** First and longest delay before a worker is started again, milliseconds; it doubles in between. */
const BACK_OFF = { first: 100, most: 10_000 }

export interface SupervisorOptions {
  workers: WorkerSettings
  listeners: OpenListeners
  /** Milliseconds that requests in flight get when a worker ends. */
  grace: number
  logger: Logger
  /** The supervisor cannot do its work any more. */
  onGiveUp(error: BoltError): void
}

/** One place for a worker, with the socket that whoever is in it listens on. */
interface Slot {
  index: number
  fd: number
  serving: Child | undefined
  starting: Set<Child>
  /** Workers in a row that failed or had to go before they were sound. */
  failures: number
  isReplacing: boolean
}

/** Keeps as many workers as asked for: starts, restarts, replaces and ends them. It serves nothing itself. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #slots: Slot[]
  readonly #stopping = new AbortController()
  /** What ended workers had counted. */
  #past: Report | undefined
  readonly #ending = new Set<Child>()
  /** Replacements run one after the other, so that there is never more than one worker too many. */
  #replacements: Promise<unknown> = Promise.resolve()
  #stopped: Promise<{ killed: number }> | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#slots = options.listeners.fds.map((fd, index) => ({
      index,
      fd,
      serving: undefined,
      starting: new Set(),
      failures: 0,
      isReplacing: false,
    }))
  }

  /** Process ids of the workers that serve, by slot. */
  get pids(): Array<number | undefined> {
    return this.#slots.map((slot) => slot.serving?.pid)
  }

  /** Starts all workers; the first alone, so that an application that cannot start says so once. */
  async start(): Promise<void> {
    const [first, ...others] = this.#slots
    if (first !== undefined) await this.#fill(first)
    await Promise.all(others.map((slot) => this.#fill(slot)))
  }

  /** Replaces all workers, one after the other; each old one goes on until its successor is ready. */
  async reload(): Promise<void> {
    this.#options.logger.info({ workers: this.#slots.length }, 'reloading workers')
    for (const slot of this.#slots) await this.#replace(slot, 'reload')
    this.#options.logger.info({ pids: this.pids }, 'workers reloaded')
  }

  /** Counters of every worker there is and was. */
  async reports(): Promise<Report[]> {
    // Looked at first: whoever ends while the others are asked has told by then, and must not count twice.
    const past = this.#past === undefined ? [] : [this.#past]
    const living = [...this.#slots.flatMap(({ serving }) => serving ?? []), ...this.#ending]
    const reports = await Promise.all(living.map((child) => child.report()))
    return [...past, ...reports.flatMap((report) => report ?? [])]
  }

  /** Lets all workers finish; resolves with how many had to be killed. */
  stop(): Promise<{ killed: number }> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<{ killed: number }> {
    this.#stopping.abort()
    // The workers have their own; nobody shall be left waiting on sockets that nobody accepts from any more.
    this.#options.listeners.close()
    const children = this.#slots.flatMap(({ serving, starting }) =>
      serving === undefined ? [...starting] : [...starting, serving],
    )
    for (const child of children) this.#end(child)
    const all = [...this.#ending]
    await Promise.all(all.map((child) => child.exited))
    return { killed: all.filter((child) => child.wasKilled).length }
  }

  /** Has a worker in the slot, however often that has to be tried. */
  async #fill(slot: Slot): Promise<void> {
    for (;;) {
      await this.#backOff(slot)
      if (this.#stopping.signal.aborted || slot.serving !== undefined) return
      try {
        return await this.#launch(slot)
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        slot.failures += 1
        const { message } = error as Error
        this.#options.logger.error({ worker: slot.index, failures: slot.failures }, `worker ${message}`)
        this.#assertHope(slot, message)
      }
    }
  }

  /** Gives up when workers of this slot failed again and again and no other slot has one. */
  #assertHope(slot: Slot, message: string): void {
    if (slot.failures < MAX_FAILURES || this.#slots.some(({ serving }) => serving !== undefined)) return
    throw new BoltError(
      'workers-failed',
      `no worker serves: worker ${slot.index} ${message}, ${slot.failures} times in a row`,
      'its own output above says why; start the script without workers to look closer',
    )
  }

  async #backOff(slot: Slot): Promise<void> {
    if (slot.failures === 0) return
    const delay = Math.min(BACK_OFF.first * 2 ** (slot.failures - 1), BACK_OFF.most)
    await wait(delay, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }

  /** Starts one worker; when it is ready it takes over from the one that served so far. */
  async #launch(slot: Slot): Promise<void> {
    const { workers } = this.#options
    const child = new Child({
      slot: slot.index,
      fd: slot.fd,
      startTimeout: workers.startTimeout,
      onMessage: (message, from) => this.#hear(slot, message, from),
    })
    slot.starting.add(child)
    void child.exited.then((exit) => this.#onExit(slot, child, exit))
    try {
      await child.ready
    } finally {
      slot.starting.delete(child)
    }
    const old = slot.serving
    slot.serving = child
    if (this.#stopping.signal.aborted) this.#end(child)
    else this.#retireLater(slot, child)
    if (old !== undefined) this.#end(old)
  }

  /** Puts a fresh worker into a slot; if that fails the old one stays. */
  #replace(slot: Slot, reason: 'reload' | 'age' | 'memory'): Promise<void> {
    const replaced = this.#replacements.then(async () => {
      if (this.#stopping.signal.aborted) return
      this.#options.logger.info({ worker: slot.index, pid: slot.serving?.pid, reason }, 'replacing worker')
      try {
        await this.#launch(slot)
      } catch (error) {
        throw new BoltError(
          'workers-failed',
          `worker ${slot.index} was not replaced: its successor ${(error as Error).message}`,
          'its own output above says why; the old workers go on',
          error,
        )
      }
    })
    this.#replacements = replaced.catch(() => undefined)
    return replaced
  }

  /** Replaces a worker of its own accord; one that needs that too soon is replaced ever more slowly. */
  async #recycle(slot: Slot, child: Child, reason: 'age' | 'memory'): Promise<void> {
    if (slot.isReplacing || slot.serving !== child) return
    slot.isReplacing = true
    if (reason === 'memory') this.#tally(slot, child)
    await this.#backOff(slot)
    try {
      if (slot.serving === child) await this.#replace(slot, reason)
    } catch (error) {
      slot.failures += 1
      this.#options.logger.error({ err: error }, 'a worker was not replaced')
    } finally {
      slot.isReplacing = false
    }
  }

  #retireLater(slot: Slot, child: Child): void {
    const { maxAge } = this.#options.workers
    if (maxAge === null) return
    const timer = setTimeout(() => void this.#recycle(slot, child, 'age'), maxAge * 1_000 * (0.9 + 0.2 * Math.random()))
    void child.exited.then(() => clearTimeout(timer))
  }

  /** Counts the end of a worker: one that was sound clears what was before it. */
  #tally(slot: Slot, child: Child): void {
    const isSound = child.readyAt !== undefined && performance.now() - child.readyAt >= STABLE
    slot.failures = isSound ? 0 : slot.failures + 1
  }

  #end(child: Child): void {
    if (child.isDraining) return
    this.#ending.add(child)
    void child.drain(this.#options.grace)
  }

  #onExit(slot: Slot, child: Child, exit: Exit): void {
    this.#ending.delete(child)
    if (child.lastReport !== undefined) this.#keep(child.lastReport)
    if (slot.serving !== child) return
    slot.serving = undefined
    if (this.#stopping.signal.aborted || child.isDraining) return
    this.#tally(slot, child)
    const level = exit.code === 0 ? 'info' : 'error'
    this.#options.logger[level]({ worker: slot.index, pid: child.pid, ...exit }, `worker ${exitText(exit)}`)
    // A successor that is starting already takes its place; if it fails, `fill` finds the slot empty.
    const before = slot.starting.size === 0 ? Promise.resolve() : this.#replacements
    before
      .then(() => this.#assertHope(slot, exitText(exit)))
      .then(() => this.#fill(slot))
      .catch((error: unknown) => this.#options.onGiveUp(error as BoltError))
  }

  /** Keeps what an ended worker has counted, in one sum; what it had open is gone. */
  #keep(report: Report): void {
    const stats = { ...report.stats, connections: 0, inFlight: 0, sockets: 0 }
    const ended = { ...report, stats, databases: report.databases.map(withoutConnections) }
    this.#past = this.#past === undefined ? ended : sumOf([this.#past, ended])
  }

  #hear(slot: Slot, message: FromWorker, from: Child): void {
    const { maxRss } = this.#options.workers
    if (message.bolt === 'rss' && maxRss !== null && message.bytes > maxRss) void this.#recycle(slot, from, 'memory')
    if (message.bolt === 'reports') {
      const { id } = message
      void this.reports().then((reports) => from.send({ bolt: 'reports', id, reports }))
    }
  }
}
