import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { builtins } from '../builtins.ts'
import { httpErrors } from '../errors.ts'
import type { CompressionPlan, Encoding } from '../plan.ts'
import { PROBLEM_TYPE, problemBody } from '../problem.ts'
import { codingFor, encodeAnswer, fieldsFor } from './encode.ts'
import { EncodedBody } from './encoded-body.ts'
import { answerFile } from './files.ts'
import type { Rejection } from './rejection.ts'
import type { FallbackSockets } from './sockets.ts'
import { cutWhenTurn, StreamedContent } from './streamed.ts'
import type { Upload } from './upload.ts'

/** Largest body that is read and thrown away after its request was answered. */
const SKIP = 65_536

/** Whether texts that answer a route are JSON or plain text. */
export interface Texts {
  areJson: boolean
}

/** One request and its answer on node:http. */
export class Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly requestId: string
  readonly address: string
  body: Uint8Array | undefined
  /** A body that the handler takes while it comes. */
  upload: Pick<Upload, 'read'> | undefined
  claims: string | undefined
  /** Accepts the WebSocket that the request asks for. */
  accept: ((headers: readonly string[]) => { place: number; protocol: string } | undefined) | undefined
  /** Where the WebSocket is that the request became. */
  sockets: FallbackSockets | undefined
  /** Status of a plain return value. */
  status = 200
  /** Rules for compressing the answer; null: it stays as it is. */
  compression: CompressionPlan | null = null
  /** Id of the route, -1 for none. */
  route = -1
  /** When the head was there, ms. */
  readonly since = performance.now()
  /** Told when a response begins; undefined when nobody observes. */
  onHead: ((status: number) => void) | undefined
  /** What texts of the route are; all exchanges of a route share it. */
  texts: Texts = { areJson: true }
  #base: readonly string[]
  #isAnswered = false
  /** Unsent bytes beyond which `onDrain` is called once there are few. */
  streamBuffer = Number.POSITIVE_INFINITY
  onDrain: () => void = () => undefined
  #stream: StreamedContent | undefined
  #onBegin: () => void = () => undefined
  #onAnswer: () => void = () => undefined

  constructor(req: IncomingMessage, res: ServerResponse, base: readonly string[], address: string) {
    this.req = req
    this.res = res
    this.address = address
    this.#base = base
    const given = req.headers['x-request-id']
    this.requestId = typeof given === 'string' && /^[!-~]{1,128}$/.test(given) ? given : builtins.crypto.randomUUID()
  }

  get method(): string {
    return this.req.method ?? ''
  }

  get target(): string {
    return this.req.url ?? ''
  }

  get scheme(): 'http' | 'https' {
    return isTls(this.req.socket) ? 'https' : 'http'
  }

  get clientCertificate(): Uint8Array | undefined {
    const { socket } = this.req
    return isTls(socket) ? socket.getPeerX509Certificate()?.raw : undefined
  }

  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** Called when the response begins. */
  set onBegin(callback: () => void) {
    this.#onBegin = callback
  }

  /** Called when the request is over. */
  set onAnswer(callback: () => void) {
    this.#onAnswer = callback
  }

  header(name: string): string | undefined {
    const value = this.req.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  headers(): string[] {
    return this.req.rawHeaders.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text))
  }

  /** Headers that every response of this request carries: id, CORS, security headers. */
  setBase(): void {
    this.res.setHeader('x-request-id', this.requestId)
    for (let index = 0; index < this.#base.length; index += 2) {
      this.res.setHeader(this.#base[index] as string, this.#base[index + 1] as string)
    }
  }

  /** Answers once; false when it was answered before or the client is gone. */
  respond(status: number, headers: readonly string[] | undefined, body: string | Uint8Array | undefined): boolean {
    if (this.#isAnswered || this.#stream !== undefined) return false
    assertStatus(status)
    this.#finished()
    const { res } = this
    if (res.destroyed || res.headersSent) return false
    const given = headers ?? (body === undefined ? [] : ['content-type', 'application/json'])
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body as string)
    const answer = { status, headers: given, content: bytes }
    const { headers: fields, content, later } = encodeAnswer(this.compression, this.header('accept-encoding'), answer)
    this.#writeHead(status, fields)
    const hasContent = status !== 204 && status !== 304
    if (hasContent && later === undefined) res.setHeader('content-length', content.byteLength)
    this.#leaveBody()
    if (!hasContent || this.method === 'HEAD') res.end()
    else if (this.compression !== null && later !== undefined)
      new EncodedBody(this.compression, later, res).end(content)
    else res.end(content)
    return true
  }

  /** Answers with a file; the answer of `binding.respondFile`. */
  respondFile(
    status: number,
    headers: readonly string[],
    file: { path: string; root: string | undefined; type: string | undefined; cacheControl: string },
  ): 'sent' | 'missing' | 'over' {
    if (this.#isAnswered || this.#stream !== undefined) return 'over'
    const { type, cacheControl } = file
    const sending = { status, headers, type, cacheControl, compression: this.compression }
    return answerFile(this, file, sending) ? 'sent' : 'missing'
  }

  #writeHead(status: number, given: readonly string[]): void {
    this.#onBegin()
    this.setBase()
    const values = new Map<string, string[]>()
    for (let index = 0; index < given.length; index += 2) {
      const [name, value] = [given[index] as string, given[index + 1] as string]
      if (name === 'content-encoding' && value === 'identity') continue
      values.set(name, [...(values.get(name) ?? []), value])
    }
    for (const [name, list] of values) {
      // CORS may have said already what the response varies by.
      if (name === 'vary') for (const value of list) this.res.appendHeader(name, value)
      else this.res.setHeader(name, list.length === 1 ? (list[0] as string) : list)
    }
    this.res.statusCode = status
    this.onHead?.(status)
  }

  /** Begins a response that comes in pieces; false when it has no content, undefined when the request is over. */
  start(status: number, headers: readonly string[] | undefined, length: number | undefined): boolean | undefined {
    const { res } = this
    if (this.#isAnswered || this.#stream !== undefined || res.destroyed) return undefined
    assertStatus(status)
    const given = headers ?? []
    const chosen = codingFor(this.compression, this.header('accept-encoding'), status, given, length)
    this.#writeHead(status, chosen === undefined ? given : fieldsFor(given, chosen.coding))
    const isBodiless = status === 204 || status === 304
    if (length !== undefined && !isBodiless && chosen?.coding === undefined) res.setHeader('content-length', length)
    if (isBodiless || this.method === 'HEAD') {
      this.#finished()
      this.#leaveBody()
      res.end()
      return false
    }
    const isEncoded = this.compression !== null && chosen?.coding !== undefined
    this.#stream = new StreamedContent(res, {
      length,
      encoded: isEncoded
        ? new EncodedBody(this.compression as CompressionPlan, chosen.coding as Encoding, res)
        : undefined,
      isHidden: (length === undefined || isEncoded) && this.req.httpVersion === '1.0',
      buffer: this.streamBuffer,
      onDrain: () => {
        if (!this.#isAnswered) this.onDrain()
      },
    })
    res.flushHeaders()
    return true
  }

  /** Sends a piece; the number of unsent bytes. */
  push(chunk: string | Uint8Array): number {
    const { res } = this
    // The end of a connection is told a moment later; a source that never waits would not let that moment come.
    const isGone = res.destroyed || res.socket?.destroyed === true
    return this.#isAnswered || this.#stream === undefined || isGone ? -1 : this.#stream.push(chunk)
  }

  /** Ends a response that was started. */
  finish(): boolean {
    if (this.#isAnswered || this.#stream === undefined) return false
    this.#stream.assertWhole()
    this.#finished()
    this.#leaveBody()
    this.#stream.end()
    return true
  }

  /** Sends what there is and ends the connection without an end of the response. */
  cut(): boolean {
    if (this.#isAnswered) return false
    this.#finished()
    if (this.#stream === undefined) cutWhenTurn(this.res, false)
    else this.#stream.cut()
    return true
  }

  /** What the client still sends is thrown away; when that is much, the connection ends with the answer. */
  #leaveBody(): void {
    const { req, res } = this
    if (req.complete) return
    if (Number(this.header('content-length') ?? 0) > SKIP) res.shouldKeepAlive = false
    // As long as somebody listens for it, a stream does not flow by itself.
    req.removeAllListeners('readable')
    req.resume()
  }

  #finished(): void {
    this.#isAnswered = true
    this.#onAnswer()
  }

  /** Answers with a text, the route's status and its type of texts. */
  complete(text: string): boolean {
    const type = this.texts.areJson ? 'application/json' : 'text/plain; charset=utf-8'
    return this.respond(this.status, ['content-type', type], text)
  }

  setText(isText: boolean): boolean {
    if (this.#isAnswered) return false
    this.texts.areJson = !isText
    return true
  }

  /** Answers with a problem document, unless it was answered. */
  reject(rejection: Rejection): void {
    this.refuse(rejection)
  }

  /** Answers with a problem document; false when the response has begun. */
  refuse(rejection: Rejection): boolean {
    const { code, message, errors } = rejection
    const { status } = httpErrors[code]
    const body = problemBody({
      status,
      detail: message,
      code,
      requestId: this.requestId,
      ...(errors === undefined ? {} : { errors }),
    })
    this.compression = null
    return this.respond(status, ['content-type', PROBLEM_TYPE, ...rejection.headers], body)
  }

  /** Marks the request as answered by something that writes to the response itself. */
  take(): void {
    if (this.onHead !== undefined) this.res.once('finish', () => this.onHead?.(this.res.statusCode))
    this.#finished()
    this.setBase()
  }

  /** The client is gone; nothing can be answered any more. */
  abandon(): boolean {
    if (this.#isAnswered) return false
    this.#finished()
    return true
  }
}

/** Before anything else changes: the request must still be open for the answer to the error. */
function assertStatus(status: number): void {
  if (status < 200 || status > 599) throw new RangeError(`status ${status} cannot be sent: 200 to 599 can`)
}

function isTls(socket: Socket): socket is TLSSocket {
  return (socket as TLSSocket).encrypted === true
}
