import type { ChildProcess } from 'node:child_process'
import { builtins } from '../builtins.ts'
import { BoltError } from '../errors.ts'
import type { Report } from '../metrics/snapshot.ts'
import { type FromWorker, isOurs, SLOT, type ToWorker } from './protocol.ts'

/** How a worker ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ChildOptions {
  slot: number
  /** Listening socket that the worker inherits. */
  fd: number
  /** Milliseconds until it must be ready. */
  startTimeout: number
  onMessage(message: FromWorker, from: Child): void
}

/** Milliseconds that a worker gets beyond the grace before it is killed: for hooks that run after the last request. */
const MARGIN = 5_000
/** Milliseconds that a report may take; a worker that is busy for longer is left out. */
const REPORT = 1_000

/** One worker process. */
export class Child {
  readonly startedAt = performance.now()
  /** Settles when the worker accepts requests; rejects when it ends before, or takes too long. */
  readonly ready: Promise<void>
  readonly exited: Promise<Exit>
  readonly slot: number
  /** Its counters as they were last told. */
  lastReport: Report | undefined
  readyAt: number | undefined
  isDraining = false
  wasKilled = false
  readonly #process: ChildProcess
  readonly #asked = new Map<number, (report: Report) => void>()
  #nextId = 1

  constructor(options: ChildOptions) {
    this.slot = options.slot
    this.#process = start(options)
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve({ code, signal }))
      // A process that could not be made has no exit.
      this.#process.once('error', () => this.#process.pid === undefined && resolve({ code: null, signal: null }))
    })
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill()
        reject(new Error(`was not ready within ${options.startTimeout} ms (workers.startTimeout)`))
      }, options.startTimeout)
      this.#process.on('message', (message: unknown) => {
        if (!isOurs(message)) return
        if (message.bolt === 'ready') {
          clearTimeout(timer)
          this.readyAt = performance.now()
          resolve()
        }
        this.#take(message as FromWorker, options)
      })
      void this.exited.then((exit) => {
        clearTimeout(timer)
        reject(new Error(`${exitText(exit)} before it was ready`))
      })
    })
    this.ready.catch(() => undefined)
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  send(message: ToWorker): void {
    // A worker that is just ending has no channel any more; that it ends is told by `exited`.
    if (this.#process.connected) this.#process.send(message, () => undefined)
  }

  /** Lets the worker finish what it has; it is killed when the grace and a margin are over. */
  async drain(grace: number): Promise<Exit> {
    this.isDraining = true
    if (this.readyAt === undefined) this.#process.kill('SIGTERM')
    else this.send({ bolt: 'drain' })
    const timer = setTimeout(() => this.kill(), grace + MARGIN)
    const exit = await this.exited
    clearTimeout(timer)
    return exit
  }

  kill(): void {
    this.wasKilled = true
    this.#process.kill('SIGKILL')
  }

  /** Asks for the counters; what was last known when there is no answer in time. */
  report(): Promise<Report | undefined> {
    const id = this.#nextId++
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer)
        this.#asked.delete(id)
        resolve(this.lastReport)
      }
      const timer = setTimeout(settle, REPORT)
      this.#asked.set(id, settle)
      void this.exited.then(settle)
      this.send({ bolt: 'report', id })
    })
  }

  #take(message: FromWorker, options: ChildOptions): void {
    if (message.bolt === 'report') {
      this.lastReport = message.report
      if (message.id !== undefined) this.#asked.get(message.id)?.(message.report)
    }
    options.onMessage(message, this)
  }
}

/** The end of a worker in words. */
export function exitText({ code, signal }: Exit): string {
  if (signal !== null) return `was ended by ${signal}`
  return code === null ? 'could not be started' : `exited with ${code}`
}

/** Starts the script of this process once more, with the same arguments, loaders and environment. */
function start({ slot, fd }: ChildOptions): ChildProcess {
  return builtins.childProcess.fork(scriptPath(), process.argv.slice(2), {
    // Two processes cannot share the port of a debugger.
    execArgv: process.execArgv.map((argument) => argument.replace(/^(--inspect(?:-brk|-wait)?)(?:=.*)?$/, '$1=0')),
    env: { ...process.env, [SLOT]: String(slot) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', fd],
  })
}

/** The script that workers run. */
export function scriptPath(): string {
  const [, script] = process.argv
  if (script !== undefined && !process.execArgv.some((argument) => /^(-e|-p|--eval|--print)$/.test(argument)))
    return script
  throw new BoltError(
    'workers-unavailable',
    'listen({ workers }): this process runs no script that workers could run again',
    'put the code into a file and start node with it',
  )
}
