import type { Auth } from '../auth.ts'
import { checkShape, shape } from '../check.ts'
import type { Context, RouteContext } from '../context.ts'
import { BoltError } from '../errors.ts'
import type { Guard } from '../guard.ts'
import { isToken } from '../header.ts'
import { originCheck } from '../options.ts'
import type { SocketCompression } from '../plan.ts'
import type { RateLimitOption } from '../rate-limit.ts'
import { type Only, requestShape } from '../route.ts'
import type { OutputOf, Schema } from '../schema/standard.ts'
import type { Violation } from '../violation.ts'
import type { Socket } from './socket.ts'

/** Options of a WebSocket; each is checked when it is declared and an unknown one is refused. */
export interface SocketOptions {
  /** Path parameters, as of any route. @default all strings */
  params?: Schema
  /** Query parameters, as of any route. */
  query?: Schema
  /** Request headers by lower-case name. */
  headers?: Schema
  /** Cookies, as of any route. */
  cookies?: Schema
  /** How the request that asks for the socket signs in; refused with 401 before there is a socket. @default the group's */
  auth?: Auth<unknown>
  /** Rules on the verified claims; all must hold, those of the groups too. */
  guard?: Guard | readonly Guard[]
  /** How often a client may ask for a socket, besides the limits of the groups and of the application. @default none */
  rateLimit?: RateLimitOption
  /**
   * Origins of pages that may open it, such as `https://app.example`, or `'*'` for all: browsers send cookies along whatever page asks.
   * Clients that are no browsers send no Origin and are not held up.
   * @default pages of the host that the request is for
   */
  origins?: readonly string[] | '*'
  /** Subprotocols that are spoken; the first of the client's that is among them is chosen. @default none */
  subprotocols?: readonly string[]
  /** Messages are JSON text of this shape. One that is not is told to `invalid`, or closes the socket with 1008; bytes close it with 1003. */
  message?: Schema
  /** Largest message, bytes; beyond it the socket is closed with 1009. @default limits.messageBytes */
  messageBytes?: number
  /** What may wait for a client that does not take all it is sent, bytes; beyond it the socket is closed with 1013. @default limits.bufferedBytes */
  bufferedBytes?: number
  /** How long a client may be silent, ms; then it is closed with 1001. @default limits.socketIdle */
  idleTimeout?: number
  /** Whether a silent client is sent a ping halfway, which every live client answers. @default true */
  ping?: boolean
  /** Compresses messages (permessage-deflate) for clients that can do it. @default false */
  compression?: boolean | SocketCompressionOptions
}

/** How messages are compressed (permessage-deflate, RFC 7692). */
export interface SocketCompressionOptions {
  /** Bytes from which on a message is compressed. @default 1024 */
  threshold?: number
  /** Whether messages build on those before: smaller, but some 300 KiB of memory for each socket. @default false */
  contextTakeover?: boolean
  /** Bits of the window that is written with, 9 to 15. @default 15 */
  windowBits?: number
}

/** What a message is: text or bytes, or with a schema what it gives. */
export type MessageOf<Options> = Options extends { readonly message: infer S extends Schema }
  ? OutputOf<S>
  : string | Uint8Array

/**
 * What happens on a socket. The callbacks of one socket never overlap: a promise is waited for before the next is called. A throw closes it
 * with 1011 and is logged.
 */
export interface SocketHandlers<Ctx, Live, Message, Data> {
  /** Decides on the request before there is a socket; throw an `HttpError` to refuse it. What it returns is the socket's `data`. */
  upgrade?(ctx: Ctx): Data | Promise<Data>
  /** It is open. Messages wait until it is done. */
  open?(socket: Live): unknown
  /** A message came: text is a string, bytes are a Uint8Array; with a schema it is what that made of it. */
  message?(socket: Live, message: Message): unknown
  /** A message did not fit the `message` schema. Without this callback the socket is closed with 1008. */
  invalid?(socket: Live, violations: readonly Violation[]): unknown
  /** All that waited for the client was written, after more than `limits.streamBuffer` did. */
  drain?(socket: Live): unknown
  /**
   * It is over; the last callback. `code` and `reason` are those of the first Close frame of either side: 1005 if there was no code in it,
   * 1006 if the connection was lost without one.
   */
  close?(socket: Live, code: number, reason: string): unknown
}

type HandlersOf<Path extends string, Options, GroupClaims, Data> = SocketHandlers<
  RouteContext<Path, Options, GroupClaims>,
  Socket<RouteContext<Path, Options, GroupClaims>, Data>,
  MessageOf<Options>,
  Data
>

/** Declares a WebSocket. */
export interface SocketMethod<Prefix extends string, GroupClaims> {
  <Path extends string, Data = undefined>(
    path: Path,
    handlers: HandlersOf<`${Prefix}${Path}`, object, GroupClaims, Data>,
  ): void
  <Path extends string, const Options extends SocketOptions, Data = undefined>(
    path: Path,
    options: Only<Options, SocketOptions>,
    handlers: HandlersOf<`${Prefix}${Path}`, Options, GroupClaims, Data>,
  ): void
}

export type AnySocketHandlers = SocketHandlers<Context, Socket, never, unknown>

const compressionShape = {
  threshold: shape.integer({ min: 0 }),
  contextTakeover: shape.flag(),
  windowBits: shape.integer({ min: 9, max: 15 }),
}

const socketShape = {
  ...requestShape,
  origins: shape.either(shape.oneOf(['*']), shape.list(originCheck, { min: 1 })),
  subprotocols: shape.list((value) => (typeof value === 'string' && isToken(value) ? undefined : 'an HTTP token')),
  message: shape.schema(),
  messageBytes: shape.integer({ min: 1 }),
  bufferedBytes: shape.integer({ min: 1 }),
  idleTimeout: shape.integer({ min: 1 }),
  ping: shape.flag(),
  compression: shape.either(shape.flag(), shape.object(compressionShape)),
}

const handlersShape = {
  upgrade: shape.func(),
  open: shape.func(),
  message: shape.func(),
  invalid: shape.func(),
  drain: shape.func(),
  close: shape.func(),
}

export function checkSocketOptions(where: string, options: unknown, handlers: unknown): void {
  checkShape(where, options, socketShape)
  checkShape(`${where}: handlers`, handlers, handlersShape)
  const { invalid } = handlers as AnySocketHandlers
  if (invalid !== undefined && (options as SocketOptions).message === undefined) {
    throw new BoltError(
      'invalid-option',
      `${where}: an 'invalid' callback without a message schema`,
      'declare message: z.object({ … }), or leave the callback out',
    )
  }
}

/** The compression that an option stands for; null for none. */
export function socketCompressionOf(option: SocketOptions['compression']): SocketCompression | null {
  if (option === undefined || option === false) return null
  const { threshold = 1_024, contextTakeover = false, windowBits = 15 } = option === true ? {} : option
  return { threshold, contextTakeover, windowBits }
}
