import type { Dispatch, Listening, OnEvent, SocketEvent, Stats } from './binding.d.ts'
import { builtins } from './builtins.ts'
import { checkShape, shape } from './check.ts'
import {
  type CompiledApp,
  type CompiledParts,
  compileApp,
  compileParts,
  compileSocketParts,
  KnownSchemas,
} from './compile.ts'
import type { Declared } from './declared.ts'
import { createDispatch } from './dispatch.ts'
import { docsRoutes } from './docs.ts'
import { BoltError } from './errors.ts'
import { createOnEvent } from './events.ts'
import type { OnError } from './failure.ts'
import { UploadFolder } from './forms/spool.ts'
import { type Host, type HostBinding, openHost } from './host.ts'
import { type InjectOptions, type InjectResponse, inject } from './inject.ts'
import { type KeySets, watchKeySets } from './jwks.ts'
import {
  assertSpoken,
  type ListenOptions,
  type ListenSettings,
  listenPlan,
  listenSettings,
  onSignals,
  urlOf,
} from './listen.ts'
import { PROMETHEUS_TYPE, type RouteLabel, renderMetrics } from './metrics/prometheus.ts'
import type { Report, Snapshot } from './metrics/snapshot.ts'
import { buildDocument, type OpenApiDocument } from './openapi.ts'
import { type AppOptions, type AppSettings, settingsOf } from './options.ts'
import { reply } from './reply.ts'
import { createRuntime } from './request-context.ts'
import { startRequestLog } from './request-log.ts'
import type { RouteOptions } from './route.ts'
import { Router } from './router.ts'
import { type TlsReload, watchTls } from './tls-reload.ts'
import { Sockets } from './websocket/dispatch.ts'
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

/** One line of `app.routes()`. */
export interface RouteInfo {
  method: string
  path: string
  kind: Declared['kind']
  operationId?: string
}

interface Started {
  host: Host
  server: number
  binding: HostBinding
  keySets: KeySets
  uploads: UploadFolder
  /** By route id. */
  labels: RouteLabel[]
  stopLog: () => void
}

/** Milliseconds for which idle connections of a process that ends stay open: the next request of a busy client is already on its way. */
const IDLE = { alone: 250, worker: 1_000 }

/** An application: declare routes, then `listen`. Made by `createApp`. */
export class App extends Router<'', undefined> {
  readonly #settings: AppSettings
  readonly #routes: Declared[] = []
  #member: Member | undefined
  readonly #schemas = new KnownSchemas()
  readonly #parts = new Map<Declared, CompiledParts>()
  readonly #onError: OnError[] = []
  readonly #onShutdown: Array<() => unknown> = []
  #started: Started | undefined
  #closing: Promise<void> | undefined
  #isListening = false
  #stopSignals: (() => void) | undefined
  #supervised: Supervised | undefined
  #tls: TlsReload | undefined

  /** @internal */
  constructor(options: AppOptions) {
    const settings = settingsOf(options)
    const assertOpen = (what: string): void => {
      if (this.#started !== undefined) {
        throw new BoltError(
          'app-started',
          `${what}: the application has started`,
          'declare everything before listen(), inject() or openapi()',
        )
      }
    }
    super(
      { assertOpen, add: (route) => this.#declare(route) },
      { prefix: '', parent: null, options: { rateLimit: settings.rateLimit }, middleware: [] },
    )
    this.#settings = settings
  }

  /** `native` on the Rust core, `fallback` on node:http. */
  get host(): 'native' | 'fallback' {
    return this.#start().host.name
  }

  /**
   * Looks at errors that handlers throw, before they become a response; return a value to answer with it, undefined to leave the usual
   * problem document. Errors that Rust answers do not come here.
   */
  onError(hook: OnError): void {
    this.registry.assertOpen('onError()')
    this.#onError.push(hook)
  }

  /** Runs after the last request was answered, in the order of declaration: close pools, flush logs. */
  onShutdown(hook: () => unknown): void {
    this.#onShutdown.push(hook)
  }

  /** Starts to accept requests; in a supervisor of workers it resolves when all of them do. */
  async listen(options: ListenOptions = {}): Promise<Server> {
    const settings = listenSettings(options)
    this.#assertUsable('listen()')
    if (this.#isListening)
      throw new BoltError('app-started', 'listen() was called twice', 'one application listens once; make another')
    const started = this.#start()
    assertSpoken(started.host, options)
    this.#isListening = true
    const { grace } = settings
    const close = (): Promise<void> => this.close({ grace })
    const hasTls = options.tls !== undefined
    const reloadTls = (): void => this.#reloadTls()
    const served = (listening: Listening, workers?: Workers): Server => {
      return {
        host: '',
        port: 0,
        path: undefined,
        ...listening,
        url: urlOf(listening, hasTls),
        workers,
        close,
        reloadTls,
      }
    }
    if (settings.workers !== null && workerSlot === undefined) {
      const { listening, workers } = await this.#supervise(started, settings, settings.workers)
      return served(listening, workers)
    }
    await started.keySets.ready
    const isWorker = settings.workers !== null
    const plan = isWorker ? { ...settings.plan, at: { descriptor: LISTENER } } : settings.plan
    const listening = await listenPlan(started.binding, started.server, plan).catch((error: unknown) => {
      this.#isListening = false
      throw error
    })
    if (options.tls !== undefined)
      this.#tls = watchTls(options.tls, started.binding, started.server, this.#settings.logger)
    if (isWorker) this.#join(settings)
    else if (settings.signals)
      this.#stopSignals = onSignals(() => this.close({ grace, idle: IDLE.alone }), this.#settings.logger)
    return served(listening)
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

  /** Starts workers instead of listening. */
  async #supervise(started: Started, settings: ListenSettings, workers: WorkerSettings): Promise<Supervised> {
    const { plan, grace } = settings
    const { logger } = this.#settings
    if (!builtins.workerThreads.isMainThread) {
      throw new BoltError(
        'workers-unavailable',
        'listen({ workers }) in a worker thread',
        'start worker processes from the main thread; threads share a port with reusePort: true',
      )
    }
    started.keySets.stop()
    const onGiveUp = (err: BoltError): void => {
      logger.error({ err }, 'giving up')
      void this.close({ grace }).finally(() => process.exit(1))
    }
    this.#supervised = supervise(started.host, { plan, workers, grace, logger, onGiveUp })
    this.#stopSignals = onSignals(() => this.close({ grace }), logger)
    try {
      await this.#supervised.start()
    } catch (error) {
      await this.close({ grace })
      throw error
    }
    return this.#supervised
  }

  /** Serves as one of several workers: the supervisor says when to end. */
  #join({ grace, workers }: ListenSettings): void {
    this.#member = joinSupervisor({
      tellsRss: workers?.maxRss !== null,
      report: () => this.#report(),
      drain: () => this.close({ grace, idle: IDLE.worker }),
    })
  }

  /**
   * Stops accepting, lets requests in flight finish, then runs the `onShutdown` hooks.
   * @param options.grace milliseconds after which connections are cut
   * @default options.grace 10000
   * @param options.idle milliseconds for which connections without a request stay open: one may be on its way
   * @default options.idle 0
   */
  close(options: { grace?: number; idle?: number } = {}): Promise<void> {
    checkShape('close()', options, { grace: shape.integer({ min: 0 }), idle: shape.integer({ min: 0 }) })
    const { grace = 10_000, idle = 0 } = options
    this.#closing ??= this.#close(grace, Math.min(idle, grace))
    return this.#closing
  }

  /**
   * Takes one request through the whole application without a socket, by the same code that sockets use.
   * @example const answer = await app.inject({ method: 'POST', url: '/notes', json: { title: 'a' } })
   */
  async inject(options: InjectOptions): Promise<InjectResponse> {
    this.#assertUsable('inject()')
    const started = this.#start()
    await started.keySets.ready
    return inject(started.binding, started.server, options)
  }

  /** Everything that was declared, in order. */
  routes(): RouteInfo[] {
    return this.#routes.map((route) => {
      const operationId = route.kind === 'handler' ? route.options.operationId : undefined
      return {
        method: route.method,
        path: route.path,
        kind: route.kind,
        ...(operationId === undefined ? {} : { operationId }),
      }
    })
  }

  /** The OpenAPI 3.1 document of the declared routes. */
  openapi(): OpenApiDocument {
    return buildDocument(this.#settings.openapi, this.#routes, (route) => this.#partsOf(route))
  }

  /**
   * Sends a message to all WebSockets that subscribed to a topic; it is encoded once.
   * @returns how many took it
   */
  publish(topic: string, message: string | Uint8Array): number {
    if (this.#started === undefined) return 0
    const { binding, server } = this.#started
    return binding.publish(server, topic, message)
  }

  /** Counters since the start. */
  stats(): Stats {
    const { binding, server } = this.#start()
    return binding.stats(server)
  }

  /**
   * Counts and times in the Prometheus text format, of all workers together; needs `createApp({ metrics: true })` or `exposeMetrics`.
   * @example app.get('/internal/metrics', async () => reply(await app.metrics(), { headers: { 'content-type': 'text/plain' } }))
   */
  async metrics(): Promise<string> {
    if (!this.#settings.metrics)
      throw new BoltError(
        'invalid-option',
        'metrics(): nothing was counted',
        'make the application with createApp({ metrics: true })',
      )
    const { labels } = this.#start()
    const source = this.#supervised ?? this.#member
    return renderMetrics(source === undefined ? [this.#report()] : await source.reports(), labels)
  }

  /**
   * Serves `metrics()` to Prometheus, and counts from the start. Not part of the OpenAPI document.
   * @param path @default '/metrics'
   * @param options of the route; give `auth`, or expose it on a port that only Prometheus reaches
   */
  exposeMetrics(path = '/metrics', options: RouteOptions = {}): void {
    this.registry.assertOpen('exposeMetrics()')
    this.#settings.metrics = true
    const serve = async (): Promise<unknown> =>
      reply(await this.metrics(), { headers: { 'content-type': PROMETHEUS_TYPE } })
    const declare = this.get as (path: string, options: RouteOptions, handler: () => Promise<unknown>) => void
    declare(path, { hidden: true, ...options }, serve)
  }

  #report(): Report {
    const { binding, server } = this.#start()
    const metrics = binding.metrics(server)
    return {
      stats: binding.stats(server),
      metrics: metrics === undefined ? undefined : (JSON.parse(metrics) as Snapshot),
    }
  }

  #assertUsable(what: string): void {
    if (this.#closing !== undefined)
      throw new BoltError('app-closed', `${what}: the application was closed`, 'make another with createApp()')
  }

  #declare(route: Declared): void {
    if (route.kind === 'handler') this.#parts.set(route, compileParts(route, this.#schemas))
    if (route.kind === 'socket') this.#parts.set(route, compileSocketParts(route, this.#schemas))
    this.#routes.push(route)
  }

  #partsOf(route: Declared): CompiledParts {
    return this.#parts.get(route) ?? {}
  }

  #start(): Started {
    if (this.#started !== undefined) return this.#started
    const { openapi, logger } = this.#settings
    const own = openapi === null ? [] : docsRoutes(openapi, this.openapi(), this.scope)
    const compiled: CompiledApp = compileApp(this.#settings, [...this.#routes, ...own], (route) => this.#partsOf(route))
    const host = openHost()
    const { binding } = host
    const uploads = new UploadFolder(this.#settings.forms.folder)
    const runtime = createRuntime(binding, logger, uploads, this.#settings.limits.streamBuffer)
    const sockets = new Sockets()
    const dispatch = createDispatch(runtime, compiled.runners, sockets, this.#onError)
    const server = createServer(binding, compiled, dispatch, createOnEvent(runtime), sockets.take)
    const keySets = watchKeySets(compiled.jwts, logger, (index, keys) =>
      binding.setKeys(server, index, JSON.stringify({ keys })),
    )
    const labels = compiled.plan.routes.map(({ method, path }) => ({ method, path }))
    const stopLog = this.#settings.requestLog ? startRequestLog(binding, server, logger, labels) : () => undefined
    this.#started = { host, server, binding, keySets, uploads, labels, stopLog }
    return this.#started
  }

  async #close(grace: number, idle: number): Promise<void> {
    this.#stopSignals?.()
    await this.#supervised?.close()
    this.#tls?.close()
    if (this.#started !== undefined) {
      const { binding, server, keySets, uploads, stopLog } = this.#started
      keySets.stop()
      const cut = await new Promise<number>((done) => binding.close(server, grace, idle, done))
      stopLog()
      if (cut > 0) this.#settings.logger.warn({ cut, grace }, 'connections were cut at shutdown')
      await uploads.remove()
    }
    for (const hook of this.#onShutdown) await hook()
  }
}

/**
 * Makes an application.
 * @example
 * const app = createApp()
 * app.get('/hello/:name', (ctx) => ({ hello: ctx.params.name }))
 * await app.listen({ port: 3000 })
 */
export function createApp(options: AppOptions = {}): App {
  return new App(options)
}

function createServer(
  binding: HostBinding,
  compiled: CompiledApp,
  ...callbacks: [dispatch: Dispatch, event: OnEvent, socket: SocketEvent]
): number {
  try {
    return binding.createServer(JSON.stringify(compiled.plan), ...callbacks)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const named = message.replace(/routes\[(\d+)\]/, (text, index: string) => {
      const route = compiled.plan.routes[Number(index)]
      return route === undefined ? text : `${route.method} ${route.path}`
    })
    throw new BoltError('native-refused', named, 'change the route or option that the message names', error)
  }
}
