import type { Handle } from '../binding.d.ts'
import type { Context, Logger, RequestInfo } from '../context.ts'
import type { HostBinding } from '../host.ts'
import type { RequestContext } from '../request-context.ts'

type AnyContext = Context<unknown, unknown, unknown, unknown, unknown, unknown>

/** One open WebSocket, as its callbacks see it. Using it after the end is safe: nothing is sent, and `send` returns false. */
export interface Socket<Ctx extends AnyContext = Context, Data = unknown> {
  /** Parameters of the path it was opened at. */
  readonly params: Ctx['params']
  /** Query of the request that asked for it, as of any route; headers and cookies too. */
  readonly query: Ctx['query']
  readonly headers: Ctx['headers']
  readonly cookies: Ctx['cookies']
  /** Verified claims; undefined on a route without `auth`. */
  readonly auth: Ctx['auth']
  /** The request that asked for it. */
  readonly request: RequestInfo
  /** Aborted when the socket is over or the client has closed it, so that a callback that is still at work can stop. */
  readonly signal: AbortSignal
  /** The logger of the request that asked for it. */
  readonly log: Logger
  /** What `upgrade` returned, or whatever is kept here. */
  data: Data
  /** The chosen subprotocol, empty if there is none. */
  readonly protocol: string
  /** False once a Close frame was sent or received, or the connection was lost. */
  readonly isOpen: boolean
  /** Bytes that wait for the client. */
  readonly buffered: number
  /**
   * Sends a message: a string as text, a Uint8Array as bytes. What is sent within one turn of the event loop leaves in one piece.
   * @returns bytes that wait for the client, this message among them; false when the socket is over. Over `bufferedBytes` it is closed
   * with 1013; `drain` is called when what waited is gone.
   */
  send(message: string | Uint8Array): number | false
  /**
   * Closes it; messages that were not handled yet are dropped.
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999
   * @default code 1000
   * @param reason at most 123 bytes of UTF-8; what is longer is cut
   * @returns false when it was over already
   * @throws RangeError on a code that cannot be sent
   */
  close(code?: number, reason?: string): boolean
  /** Gets what is published to a topic from now on; topics are the application's. False when the socket is over. */
  subscribe(topic: string): boolean
  /** False when it was not subscribed. */
  unsubscribe(topic: string): boolean
  /** Sends a message to all other subscribers of a topic; returns how many took it. */
  publish(topic: string, message: string | Uint8Array): number
}

/** A socket of an application. Fields beginning with an underscore belong to the dispatcher. */
export class LiveSocket implements Socket {
  readonly _ctx: RequestContext
  readonly _handle: Handle
  readonly #binding: HostBinding
  readonly protocol: string
  data: unknown

  constructor(ctx: RequestContext, protocol: string, data: unknown) {
    this._ctx = ctx
    this._handle = ctx._handle
    this.#binding = ctx._runtime.binding
    this.protocol = protocol
    this.data = data
  }

  get params(): Context['params'] {
    return this._ctx.params
  }

  get query(): Context['query'] {
    return this._ctx.query
  }

  get headers(): Context['headers'] {
    return this._ctx.headers
  }

  get cookies(): Context['cookies'] {
    return this._ctx.cookies
  }

  get auth(): unknown {
    return this._ctx.auth
  }

  get request(): RequestInfo {
    return this._ctx.request
  }

  get signal(): AbortSignal {
    return this._ctx.signal
  }

  get log(): Logger {
    return this._ctx.log
  }

  get isOpen(): boolean {
    return this.#binding.socketBuffered(this._handle) >= 0
  }

  get buffered(): number {
    return Math.max(0, this.#binding.socketBuffered(this._handle))
  }

  send(message: string | Uint8Array): number | false {
    const unsent = this.#binding.socketSend(this._handle, message)
    return unsent >= 0 && unsent
  }

  close(code = 1000, reason = ''): boolean {
    if (!isSendable(code))
      throw new RangeError(`close(): code ${code}; give 1000 to 1003, 1007 to 1014 or 3000 to 4999`)
    return this.#binding.socketClose(this._handle, code, reason)
  }

  subscribe(topic: string): boolean {
    return this.#binding.socketSubscribe(this._handle, topic)
  }

  unsubscribe(topic: string): boolean {
    return this.#binding.socketUnsubscribe(this._handle, topic)
  }

  publish(topic: string, message: string | Uint8Array): number {
    return this.#binding.socketPublish(this._handle, topic, message)
  }
}

/** Whether a Close frame may carry a code (RFC 6455 §7.4). */
export function isSendable(code: number): boolean {
  return (
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999))
  )
}
