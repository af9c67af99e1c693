import type { Socket } from 'node:net'
import type { Dispatch, Handle, Input, OnEvent, SocketEvent } from '../binding.d.ts'
import type { Limits } from '../plan.ts'
import { hasBody } from './body.ts'
import type { Exchange, Texts } from './exchange.ts'
import type { Observer } from './observer.ts'
import { Rejection } from './rejection.ts'
import type { FallbackSockets, Upgrade } from './sockets.ts'
import { Upload } from './upload.ts'

/** What the binding was given, and the exchanges that it looks requests up in. */
export interface Callbacks {
  dispatch: Dispatch
  event: OnEvent
  socket: SocketEvent
  exchanges: Map<Handle, Exchange>
}

/** A request on its way to JavaScript. */
export interface Call {
  /** Id of the route. */
  route: number
  inputs: Input[]
  /** Set for a body that the handler takes while it comes: most bytes of it. */
  limit?: number | undefined
  /** Set when the handler decides whether the connection becomes a WebSocket. */
  upgrade?: Upgrade | undefined
}

/** What JavaScript is told of a request (binding.d.ts, EventKind). */
const EVENT = { aborted: 0, readable: 1, drained: 2 } as const

/** What calls need of their server. */
export interface CallsServer {
  readonly sockets: FallbackSockets
  readonly observer: Observer
  /** Ends connections on which nothing is under way. */
  closeIdle(): void
}

let nextHandle = 1

/** The requests that wait for JavaScript. */
export class Calls {
  readonly #limits: Limits
  readonly #callbacks: Callbacks
  readonly #server: CallsServer
  /** What to call when a connection ends before its requests are answered. */
  readonly #waitingOn = new WeakMap<Socket, Set<() => void>>()
  /** By route. */
  readonly #texts: Texts[] = []
  #isClosing = false
  #waiting = 0
  #total = 0

  constructor(limits: Limits, callbacks: Callbacks, server: CallsServer) {
    this.#limits = limits
    this.#callbacks = callbacks
    this.#server = server
  }

  /** Requests that are not answered yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Handlers that were ever called. */
  get total(): number {
    return this.#total
  }

  /** From now on connections end with their answers. */
  close(): void {
    this.#isClosing = true
  }

  /** Has the requests of a connection given up when it ends. */
  watch(socket: Socket): void {
    const waiting = new Set<() => void>()
    this.#waitingOn.set(socket, waiting)
    socket.once('close', () => {
      for (const abandon of waiting) abandon()
    })
  }

  /** Calls the handler. */
  start(exchange: Exchange, call: Call): void {
    if (this.#waiting >= this.#limits.inFlight)
      throw new Rejection('overloaded', 'Too many requests wait (limits.inFlight)', { headers: ['retry-after', '1'] })
    const { exchanges, dispatch } = this.#callbacks
    const handle = nextHandle++
    exchanges.set(handle, exchange)
    this.#waiting += 1
    const timer = this.#follow(exchange, handle)
    if (call.upgrade !== undefined) this.#offer(exchange, handle, call.route, call.upgrade)
    if (call.limit !== undefined) this.#stream(exchange, handle, call.limit, timer)
    this.#total += 1
    this.#texts[call.route] ??= { areJson: true }
    exchange.texts = this.#texts[call.route] as Texts
    this.#server.observer.waited(exchange)
    const body = dispatch(call.route, handle, ...call.inputs)
    if (body !== undefined) exchange.complete(body)
  }

  /** Bounds the time until the answer, and tells JavaScript what becomes of it. */
  #follow(exchange: Exchange, handle: Handle): NodeJS.Timeout {
    const { exchanges, event } = this.#callbacks
    const { res, req } = exchange
    const timer = setTimeout(() => {
      const late = new Rejection('handler-timeout', 'The answer took too long (limits.requestTimeout)')
      if (exchange.refuse(late)) event(handle, EVENT.aborted)
    }, this.#limits.requestTimeout)
    const abandon = (): void => {
      if (exchange.abandon()) event(handle, EVENT.aborted)
    }
    res.once('close', abandon)
    // A response that waits for its turn is not told that its connection is gone.
    const waiting = this.#waitingOn.get(req.socket)
    waiting?.add(abandon)
    exchange.streamBuffer = this.#limits.streamBuffer
    exchange.onDrain = () => event(handle, EVENT.drained)
    exchange.onBegin = () => {
      clearTimeout(timer)
      if (this.#isClosing) res.shouldKeepAlive = false
    }
    exchange.onAnswer = () => {
      clearTimeout(timer)
      if (this.#isClosing) {
        res.shouldKeepAlive = false
        // The head of a streamed answer may have promised to keep the connection.
        res.once('finish', () => setImmediate(() => this.#server.closeIdle()))
      }
      exchanges.delete(handle)
      waiting?.delete(abandon)
      this.#waiting -= 1
    }
    return timer
  }

  /** Lets the handler accept the WebSocket. */
  #offer(exchange: Exchange, handle: Handle, route: number, upgrade: Upgrade): void {
    const { exchanges } = this.#callbacks
    const { sockets } = this.#server
    exchange.accept = (headers) => {
      if (exchange.isAnswered) return undefined
      if (this.#isClosing) return void exchange.reject(new Rejection('overloaded', 'The server restarts'))
      exchange.sockets = sockets
      const found = sockets.accept(handle, route, exchange, upgrade, headers, () => exchanges.delete(handle))
      // As a request it is over; as a socket it keeps its number.
      if (found !== undefined) exchanges.set(handle, exchange)
      return found
    }
  }

  /** Lets the handler take the body while it comes. */
  #stream(exchange: Exchange, handle: Handle, limit: number, timer: NodeJS.Timeout): void {
    const { event } = this.#callbacks
    if (!hasBody(exchange)) {
      exchange.body = new Uint8Array()
      exchange.upload = { read: () => null }
      return
    }
    const moved = (): void => {
      timer.refresh()
      event(handle, EVENT.readable)
    }
    exchange.upload = new Upload(exchange, limit, moved, () => event(handle, EVENT.aborted))
  }
}
