import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { InjectedResponse, Listening, Stats } from '../binding.d.ts'
import { builtins } from '../builtins.ts'
import type { ListenPlan } from '../listen.ts'
import type { AppPlan, RoutePlan, StaticRoute } from '../plan.ts'
import type { TlsPlan } from '../tls.ts'
import { AddressReader } from './address.ts'
import { assertFits } from './body.ts'
import { type Callbacks, Calls } from './calls.ts'
import { corsHeaders, isPreflight, preflightHeaders } from './cors.ts'
import { Exchange } from './exchange.ts'
import { answerFault, refuseConnect, refusePlain } from './faults.ts'
import { serveFile } from './files.ts'
import { assertHandshake } from './handshake.ts'
import { injectBytes, watchInjected } from './inject.ts'
import { listenFault, listenOn } from './listen.ts'
import { Observer } from './observer.ts'
import { type CompiledRoute, compileRoutes, prepareInputs } from './pipeline.ts'
import { RateCheck, takeRates } from './rate-limit.ts'
import { Rejection } from './rejection.ts'
import { FallbackRouter } from './router.ts'
import { FallbackSockets, type Upgrade } from './sockets.ts'
import { assertStrict, saysClose } from './strict.ts'
import { openTlsFront, type TlsFront } from './tls.ts'
import { TokenCheck } from './tokens.ts'

/** One application on node:http. */
export class FallbackServer {
  readonly #plan: AppPlan
  readonly #router: FallbackRouter
  readonly #routes: Array<CompiledRoute | undefined>
  readonly #tokens: TokenCheck[]
  readonly #rates: RateCheck[]
  readonly #addresses: AddressReader
  readonly #http: Server
  #front: TlsFront | undefined
  readonly #connections = new Set<Socket>()
  readonly #sockets: FallbackSockets
  readonly #calls: Calls
  /** Connections on which something was refused that cannot be read safely: nothing behind it is looked at. */
  readonly #refused = new WeakSet<Socket>()
  readonly observer: Observer
  #bytes = { received: 0, sent: 0 }
  #accepted = 0
  #isClosing = false
  #requests = 0
  #nativeAnswers = 0

  constructor(plan: AppPlan, callbacks: Callbacks) {
    this.#plan = plan
    this.#router = new FallbackRouter(plan.routes)
    this.#routes = compileRoutes(plan.routes)
    this.#tokens = plan.auths.map((auth) => new TokenCheck(auth))
    this.#rates = plan.rateLimits.map((limit) => new RateCheck(limit))
    this.observer = new Observer(plan.observe)
    this.#addresses = new AddressReader(plan.trustedProxies)
    this.#sockets = new FallbackSockets(plan, callbacks.socket, callbacks.event)
    this.#calls = new Calls(plan.limits, callbacks, {
      sockets: this.#sockets,
      observer: this.observer,
      closeIdle: () => this.#http.closeIdleConnections(),
    })
    this.#http = this.#createHttp()
  }

  publish(topic: string, data: string | Uint8Array): number {
    return this.#sockets.publish(topic, data, undefined)
  }

  listen(plan: ListenPlan): Promise<Listening> {
    if (plan.tls !== null) {
      const refuse = (socket: Socket): void => refusePlain(socket, this.#plan.securityHeaders)
      this.#front = openTlsFront(this.#http, plan.tls, { timeout: this.#plan.limits.headersTimeout, refuse })
    }
    return listenOn(this.#front?.server ?? this.#http, plan)
  }

  setTls(plan: TlsPlan): void {
    if (this.#front === undefined) throw listenFault('ETLS', 'the server listens without TLS')
    this.#front.setTls(plan)
  }

  close(grace: number, idle: number, done: (cut: number) => void): void {
    this.#isClosing = true
    this.#calls.close()
    this.#sockets.restart()
    let cut = 0
    const timer = setTimeout(() => {
      cut = this.#connections.size
      this.#sockets.cut()
      this.#http.closeAllConnections()
      // It knows those of sockets only.
      for (const connection of this.#connections) connection.destroy()
    }, grace)
    const finish = (): void => {
      // The last 'close' events come after the server's own; they abort the signals of what was cut. Injected requests are none of the server's.
      const gone = [...this.#connections].map((socket) => once(socket, 'close'))
      void Promise.all(gone).then(() => {
        clearTimeout(timer)
        done(cut)
      })
    }
    const server = this.#front?.server ?? this.#http
    if (server.listening) {
      // The server's own `close` would end idle connections at once.
      NetServer.prototype.close.call(server, finish)
      if (idle === 0) this.#http.closeIdleConnections()
      else setTimeout(() => this.#http.closeIdleConnections(), idle)
    } else {
      finish()
    }
  }

  inject(bytes: Uint8Array, peer: string, done: (response: InjectedResponse) => void): void {
    injectBytes(this.#http, bytes, peer, done)
  }

  setKeys(auth: number, jwks: { keys: Array<Record<string, unknown>> }): void {
    this.#tokens[auth]?.setKeys(jwks.keys)
  }

  stats(): Stats {
    return {
      requests: this.#requests,
      nativeAnswers: this.#nativeAnswers,
      javascriptCalls: this.#calls.total,
      queries: 0,
      connections: this.#connections.size,
      connectionsTotal: this.#accepted,
      inFlight: this.#calls.waiting,
      bytesReceived: sum(this.#connections, 'bytesRead', this.#bytes.received),
      bytesSent: sum(this.#connections, 'bytesWritten', this.#bytes.sent),
      sockets: this.#sockets.size,
    }
  }

  #createHttp(): Server {
    const { limits } = this.#plan
    const server = builtins.http.createServer({
      maxHeaderSize: limits.headBytes,
      headersTimeout: limits.headersTimeout,
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAlive,
      noDelay: true,
    })
    server.maxHeadersCount = 0
    server.maxConnections = limits.connections
    server.on('connection', (socket: Socket) => {
      this.#connections.add(socket)
      this.#accepted += 1
      socket.once('close', () => {
        this.#connections.delete(socket)
        this.#bytes.received += socket.bytesRead ?? 0
        this.#bytes.sent += socket.bytesWritten ?? 0
      })
      this.#calls.watch(socket)
    })
    const serve = (req: IncomingMessage, res: ServerResponse): void => void this.#serve(req, res)
    server.on('request', serve)
    server.on('checkContinue', serve)
    server.on('checkExpectation', serve)
    // With a listener, node:http takes every request with an Upgrade field for one, whatever its route.
    if (this.#plan.routes.some((route) => route.kind === 'socket'))
      server.on('upgrade', (req, socket, head) => this.#upgrade(req, { socket, head }))
    server.on('connect', (_req, socket) => refuseConnect(socket, this.#plan.securityHeaders))
    server.on('clientError', (error, socket) => {
      // What was refused already is not answered twice.
      if (this.#refused.has(socket as Socket)) socket.end()
      else answerFault(error, socket, this.#plan.securityHeaders)
    })
    return server
  }

  /** Answers on a connection that node:http has let go of. */
  #upgrade(req: IncomingMessage, upgrade: Upgrade): void {
    const res = new builtins.http.ServerResponse(req)
    res.shouldKeepAlive = false
    res.assignSocket(upgrade.socket as Socket)
    res.once('finish', () => upgrade.socket.end())
    upgrade.socket.on('error', () => upgrade.socket.destroy())
    void this.#serve(req, res, upgrade)
  }

  async #serve(req: IncomingMessage, res: ServerResponse, upgrade?: Upgrade): Promise<void> {
    if (this.#refused.has(req.socket)) return
    this.#requests += 1
    watchInjected(req, res)
    const base = [...this.#plan.securityHeaders, ...corsHeaders(this.#plan.cors, req.headers)]
    const address = this.#addresses.read(req.socket.remoteAddress, req.headers['x-forwarded-for'] as string | undefined)
    const exchange = new Exchange(req, res, base, address)
    if (this.observer.isOn) exchange.onHead = (status) => this.observer.answered(exchange, status)
    if (this.#isClosing || saysClose(req)) res.shouldKeepAlive = false
    try {
      this.#assertReadable(exchange)
      await this.#route(exchange, upgrade)
    } catch (error) {
      this.#nativeAnswers += 1
      if (!(error instanceof Rejection)) return exchange.reject(new Rejection('internal', 'Something went wrong'))
      exchange.reject(error)
      if (!req.complete) req.resume()
    }
  }

  /** Throws for a head that is not strict or too large; the connection ends with the answer. */
  #assertReadable({ req, res, target }: Exchange): void {
    const { limits } = this.#plan
    try {
      if (target.length > limits.uriBytes)
        throw new Rejection('uri-too-long', `The target is longer than ${limits.uriBytes} bytes (limits.uriBytes)`)
      if (req.rawHeaders.length / 2 > limits.headerCount)
        throw new Rejection('headers-too-large', `More than ${limits.headerCount} headers (limits.headerCount)`)
      assertStrict(req)
    } catch (error) {
      this.#refused.add(req.socket)
      res.shouldKeepAlive = false
      throw error
    }
  }

  async #route(exchange: Exchange, upgrade: Upgrade | undefined): Promise<void> {
    const { req } = exchange
    const { cors } = this.#plan
    const { expect } = req.headers
    if (expect !== undefined && expect.toLowerCase() !== '100-continue')
      throw new Rejection('expectation-failed', `Expect: ${expect} is not supported`)
    if (cors !== null && isPreflight(req.method, req.headers))
      return this.#answer(exchange, 204, preflightHeaders(cors, req.headers), undefined)
    if (exchange.target === '*') return this.#answer(exchange, 204, ['allow', everyMethod], undefined)
    const path = pathOf(exchange.target)
    const match = this.#match(exchange.method, path)
    switch (match.kind) {
      case 'none':
        throw new Rejection('not-found', 'Nothing here')
      case 'twin': {
        const query = exchange.target.indexOf('?')
        return this.#answer(
          exchange,
          308,
          ['location', `${match.path}${query === -1 ? '' : exchange.target.slice(query)}`],
          undefined,
        )
      }
      case 'allowed': {
        const allow = ['allow', match.methods.join(', ')]
        if (exchange.method === 'OPTIONS') return this.#answer(exchange, 204, allow, undefined)
        throw new Rejection('method-not-allowed', `${exchange.method} is not allowed here`, { headers: allow })
      }
      case 'route':
        return this.#run(exchange, match.route, match.params, upgrade)
    }
  }

  #match(method: string, path: string): ReturnType<FallbackRouter['match']> {
    try {
      return this.#router.match(method, path)
    } catch {
      throw new Rejection('bad-request', 'The path has a malformed percent sign')
    }
  }

  async #run(exchange: Exchange, route: RoutePlan, params: string[], upgrade: Upgrade | undefined): Promise<void> {
    const { compression } = route.kind === 'socket' ? route.request : route
    exchange.compression = compression ? this.#plan.compression : null
    exchange.route = route.id
    if (route.kind === 'answer') return this.#answer(exchange, route.status, route.headers, route.body)
    if (route.kind === 'static') return this.#file(exchange, route, params.at(-1) ?? '')
    if (route.kind === 'mount') {
      takeRates(this.#rates, route.rateLimits, exchange, false)
      const limit = route.bodyBytes ?? this.#plan.limits.bodyBytes
      assertFits(exchange, limit)
      return this.#calls.start(exchange, { route: route.id, inputs: [], limit })
    }
    if (route.kind === 'query') throw new Rejection('not-implemented', 'node:http has no databases')
    if (route.kind === 'socket') assertHandshake(exchange, route)
    const compiled = this.#routes[route.id] as CompiledRoute
    const inputs = await prepareInputs(this.#plan, compiled, exchange, params, {
      tokens: this.#tokens,
      rates: this.#rates,
    })
    if (route.kind === 'socket') return this.#calls.start(exchange, { route: route.id, inputs, upgrade })
    exchange.status = route.status
    const limit = route.streamBody ? (route.bodyBytes ?? this.#plan.limits.bodyBytes) : undefined
    this.#calls.start(exchange, { route: route.id, inputs, limit })
  }

  #file(exchange: Exchange, route: StaticRoute, path: string): void {
    serveFile(exchange, route, path, this.#plan.compression)
    this.#nativeAnswers += 1
  }

  #answer(exchange: Exchange, status: number, headers: readonly string[], body: string | undefined): void {
    this.#nativeAnswers += 1
    exchange.respond(status, headers, body)
    exchange.req.resume()
  }
}

const everyMethod = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

function pathOf(target: string): string {
  const end = target.indexOf('?')
  const path = end === -1 ? target : target.slice(0, end)
  if (path.startsWith('/')) return path
  if (!URL.canParse(path)) throw new Rejection('bad-request', 'The target is not a path')
  return path.replace(/^[a-z]+:\/\/[^/]*/i, '') || '/'
}

/** What open connections have carried, and what closed ones had. */
function sum(sockets: ReadonlySet<Socket>, of: 'bytesRead' | 'bytesWritten', closed: number): number {
  let bytes = closed
  for (const socket of sockets) bytes += socket[of] ?? 0
  return bytes
}
