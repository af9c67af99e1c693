import { isUint8Array } from 'node:util/types'
import type { RawData, WebSocket } from 'ws'
import type { SocketEvent } from '../binding.d.ts'
import type { Limits, SocketRoute } from '../plan.ts'
import type { Violation } from '../violation.ts'
import { parseStrict } from './json-text.ts'
import type { Validate } from './validate.ts'

/** Kinds of events, as in binding.d.ts. */
const MESSAGE = 0
const INVALID = 1
const DRAINED = 2
const CLOSED = 3

/** Messages that may wait for a handler before the client is not read from any more. */
const INBOX = 256

type News = [kind: number, data: string | Uint8Array | undefined, code: number]

/** What a socket is opened with. */
export interface SocketSetup {
  socket: WebSocket
  place: number
  route: SocketRoute
  limits: Limits
  validate: Validate | null
  event: SocketEvent
  /** Its last callback is done. */
  onDone: () => void
  /** It is over for JavaScript. */
  onOver: () => void
  /** A callback is at work although the socket is over. */
  onLate: () => void
}

/** One WebSocket of the `ws` library behind the same rules as the engine's: events one at a time and in order, bounded queues. */
export class FallbackSocket {
  readonly #setup: SocketSetup
  readonly #inbox: News[] = []
  // Until it was told that it is open.
  #isBusy = true
  #isOver = false
  #isTold = false
  #owesDrained = false
  #isAsked = false
  #silence: NodeJS.Timeout

  constructor(setup: SocketSetup) {
    this.#setup = setup
    const { socket } = setup
    this.#silence = this.#listen()
    const alive = (): void => this.#heard()
    socket.on('message', (data, isBinary) => {
      alive()
      this.#receive(data, isBinary)
    })
    socket.on('ping', alive)
    socket.on('pong', alive)
    socket.on('error', (error: NodeJS.ErrnoException) => this.#end(...faultOf(error)))
    socket.on('close', (code, reason) => this.#end(code, reason.toString()))
  }

  get buffered(): number {
    return this.#isOver ? -1 : this.#setup.socket.bufferedAmount
  }

  send(data: string | Uint8Array): number {
    if (typeof data !== 'string' && !isUint8Array(data))
      throw Object.assign(new Error('a message is a string or a Uint8Array'), { code: 'invalid-message' })
    if (this.#isOver) return -1
    const { socket, route, limits } = this.#setup
    if (socket.bufferedAmount > (route.bufferedBytes ?? limits.bufferedBytes)) {
      this.close(1013, 'too slow to take what it is sent (limits.bufferedBytes)')
      return -1
    }
    socket.send(data, { binary: typeof data !== 'string' }, () => this.#wrote())
    if (socket.bufferedAmount > limits.streamBuffer) this.#owesDrained = true
    return socket.bufferedAmount
  }

  /** Closes it; what was not told yet is forgotten. */
  close(code: number, reason: string): boolean {
    if (this.#isOver) return false
    this.#inbox.length = 0
    this.#setup.socket.close(code, cut(reason))
    this.#setup.socket.resume()
    this.#end(code, reason)
    return true
  }

  /** Its connection is cut. */
  cut(): void {
    this.#setup.socket.terminate()
  }

  done(): boolean {
    if (!this.#isBusy) return false
    this.#isBusy = false
    if (this.#isTold) this.#setup.onDone()
    else this.#tell()
    return true
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return
    const bytes = data as Buffer
    const news = this.#newsOf(bytes, isBinary)
    if (news === undefined) return
    this.#inbox.push(news)
    if (this.#inbox.length >= INBOX) this.#setup.socket.pause()
    this.#tell()
  }

  #newsOf(bytes: Buffer, isBinary: boolean): News | undefined {
    const { validate, route, limits } = this.#setup
    if (validate === null) {
      // A copy of its own, as bytes of the library may be a view of more.
      return [MESSAGE, isBinary ? new Uint8Array(bytes) : bytes.toString(), 0]
    }
    if (isBinary) return void this.#fail(1003, 'messages are JSON text here')
    const text = bytes.toString()
    const violations = violationsOf(text, validate, limits.jsonDepth)
    if (violations.length === 0) return [MESSAGE, text, 0]
    if (route.tellsInvalid) return [INVALID, JSON.stringify(violations), 0]
    return void this.#fail(1008, 'a message that does not fit its schema')
  }

  #fail(code: number, reason: string): void {
    this.#setup.socket.close(code, reason)
    this.#end(code, reason)
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#silence)
    this.#setup.onOver()
    if (this.#isBusy) this.#setup.onLate()
    this.#inbox.push([CLOSED, reason, code])
    this.#tell()
  }

  #wrote(): void {
    if (!this.#owesDrained || this.#isOver || this.#setup.socket.bufferedAmount > 0) return
    this.#owesDrained = false
    this.#inbox.push([DRAINED, undefined, 0])
    this.#tell()
  }

  /** Tells what JavaScript has not heard of, until one of its callbacks is still at work. */
  #tell(): void {
    while (!this.#isBusy) {
      const news = this.#inbox.shift()
      if (news === undefined) return
      if (this.#inbox.length < INBOX && this.#setup.socket.isPaused) this.#setup.socket.resume()
      this.#isTold = news[0] === CLOSED
      this.#isBusy = true
      const isAtWork = this.#setup.event(this.#setup.place, ...news)
      if (isAtWork) return
      this.#isBusy = false
      if (this.#isTold) this.#setup.onDone()
    }
  }

  #heard(): void {
    this.#isAsked = false
    clearTimeout(this.#silence)
    if (!this.#isOver) this.#silence = this.#listen()
  }

  /** Waits for a sign of life; asks for one halfway. */
  #listen(): NodeJS.Timeout {
    const { route, limits, socket } = this.#setup
    const idle = route.idleTimeout ?? limits.socketIdle
    const half = idle / 2
    return setTimeout(
      () => {
        if (socket.isPaused) return this.#heard()
        if (!route.ping || this.#isAsked) return void this.close(1001, 'nothing came for too long')
        this.#isAsked = true
        socket.ping()
        this.#silence = this.#listen()
      },
      route.ping ? half : idle,
    )
  }
}

function violationsOf(text: string, validate: Validate, depth: number): Violation[] {
  try {
    return validate(parseStrict(text, depth), 'message', text.length)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [{ in: 'message', path: '', code: 'json', message }]
  }
}

/** What the library closed a connection with, by the code of its error. */
function faultOf(error: NodeJS.ErrnoException): [code: number, reason: string] {
  const code = error.code ?? ''
  if (!code.startsWith('WS_ERR_') && !code.startsWith('Z_')) return [1006, '']
  if (code === 'WS_ERR_INVALID_UTF8' || code.startsWith('Z_')) return [1007, error.message]
  if (code.includes('UNSUPPORTED')) return [1009, error.message]
  if (code.includes('TOO_MANY')) return [1008, error.message]
  return [1002, error.message]
}

/** A close reason has at most 123 bytes. */
function cut(reason: string): string {
  const bytes = Buffer.from(reason)
  if (bytes.byteLength <= 123) return reason
  return bytes
    .subarray(0, 123)
    .toString()
    .replace(/\uFFFD+$/, '')
}
