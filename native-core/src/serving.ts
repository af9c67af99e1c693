import type { Listening } from './binding.d.ts'
import { builtins } from './builtins.ts'
import type { Logger } from './context.ts'
import { BoltError } from './errors.ts'
import { assertSpoken, type ListenOptions, type ListenSettings, listenPlan, onSignals, urlOf } from './listen.ts'
import type { Report } from './metrics/snapshot.ts'
import type { Started } from './start.ts'
import { type TlsReload, watchTls } from './tls-reload.ts'
import { joinSupervisor, type Member, workerSlot } from './workers/member.ts'
import type { WorkerSettings } from './workers/options.ts'
import { LISTENER } from './workers/protocol.ts'
import { type Supervised, supervise, type Workers } from './workers/supervise.ts'

/** A listening application. */
export interface Server {
  /** `http://127.0.0.1:3000`, or `unix:/run/app.sock` */
  readonly url: string
  /** Empty on a Unix domain socket. */
  readonly host: string
  /** 0 on a Unix domain socket. */
  readonly port: number
  /** The socket file, made absolute; undefined on a TCP port. */
  readonly path: string | undefined
  /** The workers, in the process that supervises them; undefined in a worker and in a process of its own. */
  readonly workers: Workers | undefined
  /** The same as `app.close()`. */
  close(): Promise<void>
  /**
   * Reads the certificates of `listen({ tls })` again, for new connections. It happens by itself when their files change.
   * @throws BoltError when they cannot be used; the old ones stay
   */
  reloadTls(): void
}

/** Milliseconds for which idle connections of a process that ends stay open: the next request of a busy client is already on its way. */
const IDLE = { alone: 250, worker: 1_000 }

/** What a served application is asked for. */
export interface Served {
  logger: Logger
  /** Counts and times of this process. */
  report(): Report
  close(options: { grace: number; idle?: number }): Promise<void>
  /** Throws once the application was closed. */
  assertOpen(): void
}

/** How an application is served: by this process, as a worker, or by workers that this process supervises. */
export class Serving {
  readonly #started: Started
  readonly #app: Served
  #member: Member | undefined
  #supervised: Supervised | undefined
  #stopSignals: (() => void) | undefined
  #tls: TlsReload | undefined
  /** The socket on its way, which no close must overtake. */
  #opening: Promise<unknown> | undefined

  constructor(started: Started, app: Served) {
    this.#started = started
    this.#app = app
  }

  /** Where reports of all workers come from; undefined in a process of its own. */
  get reports(): (() => Promise<Report[]>) | undefined {
    const source = this.#supervised ?? this.#member
    return source === undefined ? undefined : () => source.reports()
  }

  async listen(options: ListenOptions, settings: ListenSettings): Promise<Server> {
    assertSpoken(this.#started.host, options)
    if (settings.workers !== null && workerSlot === undefined) {
      const { listening, workers } = await this.#supervise(settings, settings.workers)
      return this.#server(listening, options, settings, workers)
    }
    const listening = await this.#open(options, settings)
    return this.#server(listening, options, settings, undefined)
  }

  /** Lets workers finish, stops to watch for signals and certificates, and waits for a socket on its way. */
  async stop(): Promise<void> {
    this.#stopSignals?.()
    await this.#supervised?.close()
    this.#tls?.close()
    await this.#opening?.catch(() => undefined)
  }

  #server(listening: Listening, options: ListenOptions, { grace }: ListenSettings, workers?: Workers): Server {
    return {
      host: '',
      port: 0,
      path: undefined,
      ...listening,
      url: urlOf(listening, options.tls !== undefined),
      workers,
      close: () => this.#app.close({ grace }),
      reloadTls: () => this.#reloadTls(),
    }
  }

  /** Listens in this process. */
  async #open({ tls }: ListenOptions, settings: ListenSettings): Promise<Listening> {
    const { binding, server, keySets } = this.#started
    const { logger } = this.#app
    const { grace, workers } = settings
    const isWorker = workers !== null
    await keySets.ready
    const plan = isWorker ? { ...settings.plan, at: { descriptor: LISTENER } } : settings.plan
    this.#app.assertOpen()
    const opening = listenPlan(binding, server, plan)
    this.#opening = opening
    const listening = await opening
    this.#app.assertOpen()
    if (tls !== undefined) this.#tls = watchTls(tls, binding, server, logger)
    if (isWorker) {
      // The supervisor says when to end.
      this.#member = joinSupervisor({
        tellsRss: workers.maxRss !== null,
        report: () => this.#app.report(),
        drain: () => this.#app.close({ grace, idle: IDLE.worker }),
      })
    } else if (settings.signals)
      this.#stopSignals = onSignals(() => this.#app.close({ grace, idle: IDLE.alone }), logger)
    return listening
  }

  /** Starts workers instead of listening. */
  async #supervise({ plan, grace }: ListenSettings, workers: WorkerSettings): Promise<Supervised> {
    const { logger } = this.#app
    if (!builtins.workerThreads.isMainThread) {
      throw new BoltError(
        'workers-unavailable',
        'listen({ workers }) in a worker thread',
        'start worker processes from the main thread; threads share a port with reusePort: true',
      )
    }
    this.#started.keySets.stop()
    const onGiveUp = (err: BoltError): void => {
      logger.error({ err }, 'giving up')
      void this.#app.close({ grace }).finally(() => process.exit(1))
    }
    this.#supervised = supervise(this.#started.host, { plan, workers, grace, logger, onGiveUp })
    this.#stopSignals = onSignals(() => this.#app.close({ grace }), logger)
    try {
      await this.#supervised.start()
    } catch (error) {
      await this.#app.close({ grace })
      throw error
    }
    return this.#supervised
  }

  #reloadTls(): void {
    if (this.#tls === undefined) {
      const isSupervisor = this.#supervised !== undefined
      throw new BoltError(
        'invalid-tls',
        `reloadTls(): ${isSupervisor ? 'this process supervises workers' : 'the server listens without TLS'}`,
        isSupervisor ? 'workers read files that changed by themselves' : 'give listen() a certificate',
      )
    }
    this.#tls.now()
  }
}
