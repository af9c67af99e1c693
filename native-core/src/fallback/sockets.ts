import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import type { Handle, OnEvent, SocketEvent } from '../binding.d.ts'
import type { AppPlan, SocketRoute } from '../plan.ts'
import type { Exchange } from './exchange.ts'
import { answerInjected } from './inject.ts'
import { FallbackSocket } from './socket.ts'
import { type Validate, Validators } from './validate.ts'

const require = createRequire(import.meta.url)

/** Milliseconds that a client has to answer a Close frame. */
const CLOSING = 5_000

/** What is left of a connection whose request asked for another protocol. */
export interface Upgrade {
  socket: Duplex
  /** Bytes that came with the request. */
  head: Buffer
}

interface CompiledSocket {
  route: SocketRoute
  server: WebSocketServer
  validate: Validate | null
}

/** All WebSockets of one application. */
export class FallbackSockets {
  readonly #plan: AppPlan
  readonly #event: SocketEvent
  readonly #onEvent: OnEvent
  readonly #routes = new Map<number, CompiledSocket>()
  readonly #topics = new Map<string, Map<Handle, FallbackSocket>>()
  readonly #live = new Map<Handle, FallbackSocket>()
  readonly #free: number[] = []
  #places = 0

  constructor(plan: AppPlan, event: SocketEvent, onEvent: OnEvent) {
    this.#plan = plan
    this.#event = event
    this.#onEvent = onEvent
    const validators = new Validators()
    for (const route of plan.routes) {
      if (route.kind !== 'socket') continue
      const validate = route.message === null ? null : validators.compile(route.message)
      this.#routes.set(route.id, { route, server: serverOf(route, plan), validate })
    }
  }

  get size(): number {
    return this.#live.size
  }

  /** Makes a socket of a request that a handler accepted; undefined when the client is gone. */
  accept(
    handle: Handle,
    id: number,
    exchange: Exchange,
    upgrade: Upgrade,
    headers: readonly string[],
    onDone: () => void,
  ): { place: number; protocol: string } | undefined {
    const { route, server, validate } = this.#routes.get(id) as CompiledSocket
    if (upgrade.socket.destroyed) return undefined
    exchange.take()
    exchange.res.detachSocket(upgrade.socket as never)
    const own = headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : []))
    server.once('headers', (lines: string[]) => lines.push(...own, `x-request-id: ${exchange.requestId}`))
    let accepted: { place: number; protocol: string } | undefined
    // The library answers within the call.
    server.handleUpgrade(exchange.req, upgrade.socket, upgrade.head, (socket) => {
      const place = this.#free.pop() ?? this.#places++
      const live = new FallbackSocket({
        socket,
        place,
        route,
        limits: this.#plan.limits,
        validate,
        event: this.#event,
        onOver: () => this.#leave(handle),
        onLate: () => this.#onEvent(handle, 0),
        onDone: () => {
          this.#live.delete(handle)
          this.#free.push(place)
          onDone()
        },
      })
      this.#live.set(handle, live)
      accepted = { place, protocol: socket.protocol }
      exchange.onHead?.(101)
    })
    answerInjected(upgrade.socket)
    return accepted
  }

  get(handle: Handle): FallbackSocket | undefined {
    return this.#live.get(handle)
  }

  subscribe(handle: Handle, topic: string): boolean {
    const live = this.#live.get(handle)
    if (live === undefined || live.buffered < 0) return false
    const subscribers = this.#topics.get(topic) ?? new Map<Handle, FallbackSocket>()
    this.#topics.set(topic, subscribers.set(handle, live))
    return true
  }

  unsubscribe(handle: Handle, topic: string): boolean {
    const subscribers = this.#topics.get(topic)
    const wasIn = subscribers?.delete(handle) ?? false
    if (subscribers?.size === 0) this.#topics.delete(topic)
    return wasIn
  }

  publish(topic: string, data: string | Uint8Array, except: Handle | undefined): number {
    const subscribers = [...(this.#topics.get(topic) ?? [])]
    return subscribers.filter(([handle, live]) => handle !== except && live.send(data) >= 0).length
  }

  /** The server shuts down. */
  restart(): void {
    for (const live of this.#live.values()) live.close(1012, 'the server restarts')
  }

  /** The grace is over. */
  cut(): void {
    for (const live of this.#live.values()) live.cut()
  }

  #leave(handle: Handle): void {
    for (const topic of [...this.#topics.keys()]) this.unsubscribe(handle, topic)
  }
}

function serverOf(route: SocketRoute, plan: AppPlan): WebSocketServer {
  // Loaded only when there is a WebSocket.
  const { WebSocketServer: Server } = require('ws') as typeof import('ws')
  const { deflate } = route
  return new Server({
    noServer: true,
    clientTracking: false,
    maxPayload: route.messageBytes ?? plan.limits.messageBytes,
    handleProtocols: (offered) => [...offered].find((name) => route.subprotocols.includes(name)) ?? false,
    closeTimeout: CLOSING,
    perMessageDeflate: deflate !== null && {
      threshold: deflate.threshold,
      // Given as false, or as the largest, the library would refuse clients that want no context, or a smaller one.
      ...(deflate.contextTakeover ? {} : { serverNoContextTakeover: true, clientNoContextTakeover: true }),
      ...(deflate.windowBits < 15 ? { serverMaxWindowBits: deflate.windowBits } : {}),
    },
  } as ConstructorParameters<typeof Server>[0])
}
