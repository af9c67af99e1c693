import { AsyncLocalStorage } from 'node:async_hooks'
import type { Stats } from './binding.d.ts'
import { checkShape, shape } from './check.ts'
import { compileApp } from './compile/app.ts'
import { type CompiledParts, compileParts, compileSocketParts, KnownSchemas } from './compile/parts.ts'
import { observed } from './database/observed.ts'
import type { Declared } from './declared.ts'
import { docsRoutes } from './docs.ts'
import { BoltError } from './errors.ts'
import type { OnError } from './failure.ts'
import { openHost } from './host.ts'
import { type InjectOptions, type InjectResponse, inject } from './inject.ts'
import { type ListenOptions, listenSettings } from './listen.ts'
import { PROMETHEUS_TYPE, renderMetrics } from './metrics/prometheus.ts'
import type { Report, Snapshot } from './metrics/snapshot.ts'
import { buildDocument, type OpenApiDocument } from './openapi.ts'
import { type AppOptions, type AppSettings, settingsOf } from './options.ts'
import { checkInputs } from './queries/inputs.ts'
import { reply } from './reply.ts'
import type { RouteOptions } from './route.ts'
import { Router } from './router.ts'
import { type Server, Serving } from './serving.ts'
import { type Started, startApp } from './start.ts'

/** One line of `app.routes()`. */
export interface RouteInfo {
  /** Method token, `GET`; `*` for what answers every method. */
  method: string
  /** Pattern with the prefixes of the groups: `/notes/:id`. Of a mount the prefix. */
  path: string
  /** What answers it. */
  kind: Declared['kind'] | 'query'
  /** As declared; absent where it was left to the OpenAPI document. */
  operationId?: string
}

/** An application: declare routes, then `listen`. Made by `createApp`. */
export class App extends Router<'', undefined> {
  readonly #settings: AppSettings
  readonly #routes: Declared[] = []
  readonly #schemas = new KnownSchemas()
  readonly #parts = new Map<Declared, CompiledParts>()
  readonly #onError: OnError[] = []
  readonly #onShutdown: Array<() => unknown> = []
  #started: Started | undefined
  #closing: Promise<void> | undefined
  #serving: Serving | undefined

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

  /**
   * Runs after the last request was answered, in the order of declaration: close pools, flush logs. When one fails the others run all the same,
   * and `close()` rejects with its error, or with an AggregateError of several.
   */
  onShutdown(hook: () => unknown): void {
    this.#onShutdown.push(hook)
  }

  /** Starts to accept requests; in a supervisor of workers it resolves when all of them do. */
  async listen(options: ListenOptions = {}): Promise<Server> {
    const settings = listenSettings(options)
    this.#assertUsable('listen()')
    if (this.#serving !== undefined)
      throw new BoltError('app-started', 'listen() was called twice', 'one application listens once; make another')
    const serving = new Serving(this.#start(), {
      logger: this.#settings.logger,
      report: () => this.#report(),
      close: (how) => this.close(how),
      assertOpen: () => this.#assertUsable('listen()'),
    })
    this.#serving = serving
    try {
      return await serving.listen(options, settings)
    } catch (error) {
      // It may listen elsewhere.
      this.#serving = undefined
      throw error
    }
  }

  /**
   * Stops accepting, lets requests in flight finish, then runs the `onShutdown` hooks. Called by one of them it has nothing to wait for.
   * @param options.grace milliseconds after which connections are cut
   * @default options.grace 10000
   * @param options.idle milliseconds for which connections without a request stay open: one may be on its way
   * @default options.idle 0
   */
  close(options: { grace?: number; idle?: number } = {}): Promise<void> {
    checkShape('close()', options, { grace: shape.integer({ min: 0 }), idle: shape.integer({ min: 0 }) })
    const { grace = 10_000, idle = 0 } = options
    if (inHook.getStore() === this) return Promise.resolve()
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
        kind: route.kind === 'handler' && route.query !== undefined ? 'query' : route.kind,
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
    const reports = (await this.#serving?.reports?.()) ?? [this.#report()]
    return renderMetrics(reports, labels)
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
      databases: metrics === undefined ? [] : observed.reports(),
    }
  }

  #assertUsable(what: string): void {
    if (this.#closing !== undefined)
      throw new BoltError('app-closed', `${what}: the application was closed`, 'make another with createApp()')
  }

  #declare(route: Declared): void {
    if (route.kind === 'handler') {
      const parts = compileParts(route, this.#schemas)
      if (route.query !== undefined) checkInputs(route, route.query, parts)
      this.#parts.set(route, parts)
    }
    if (route.kind === 'socket') this.#parts.set(route, compileSocketParts(route, this.#schemas))
    this.#routes.push(route)
  }

  #partsOf(route: Declared): CompiledParts {
    return this.#parts.get(route) ?? {}
  }

  #start(): Started {
    if (this.#started !== undefined) return this.#started
    const { openapi } = this.#settings
    const own = openapi === null ? [] : docsRoutes(openapi, this.openapi(), this.scope)
    const host = openHost()
    const routes = [...this.#routes, ...own]
    const compiled = compileApp(this.#settings, routes, (route) => this.#partsOf(route), host.databases !== null)
    this.#started = startApp(host, this.#settings, compiled, this.#onError)
    return this.#started
  }

  async #close(grace: number, idle: number): Promise<void> {
    await this.#serving?.stop()
    if (this.#started !== undefined) {
      const { binding, server, keySets, uploads, stopLog, stopWatching, pools } = this.#started
      keySets.stop()
      for (const pool of pools) pool.detach()
      const cut = await new Promise<number>((done) => binding.close(server, grace, idle, done))
      for (const pool of pools) pool.abandon()
      stopLog()
      stopWatching()
      if (cut > 0) this.#settings.logger.warn({ cut, grace }, 'connections were cut at shutdown')
      await uploads.remove()
    }
    await this.#runHooks()
  }

  async #runHooks(): Promise<void> {
    const faults: unknown[] = []
    for (const hook of this.#onShutdown) {
      try {
        await inHook.run(this, hook)
      } catch (error) {
        faults.push(error)
      }
    }
    if (faults.length > 1) throw new AggregateError(faults, `${faults.length} hooks of onShutdown() failed`)
    if (faults.length === 1) throw faults[0]
  }
}

/** The application whose `onShutdown` hook is running. */
const inHook = new AsyncLocalStorage<App>()

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
