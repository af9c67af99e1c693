import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpErrorCode } from '../errors.ts'
import { httpErrors } from '../errors.ts'
import { PROBLEM_TYPE, problemBody, type Violation } from '../problem.ts'

/** A request that the host itself answers with an error. */
export class Rejection extends Error {
  readonly code: HttpErrorCode
  readonly headers: readonly string[]
  readonly errors: Violation[] | undefined

  constructor(code: HttpErrorCode, detail: string, more: { headers?: readonly string[]; errors?: Violation[] } = {}) {
    super(detail)
    this.code = code
    this.headers = more.headers ?? []
    this.errors = more.errors
  }
}

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
  claims: string | undefined
  /** Status of a plain return value. */
  status = 200
  /** What texts of the route are; all exchanges of a route share it. */
  texts: Texts = { areJson: true }
  #base: readonly string[]
  #isAnswered = false
  #onAnswer: () => void = () => undefined

  constructor(req: IncomingMessage, res: ServerResponse, base: readonly string[], address: string) {
    this.req = req
    this.res = res
    this.address = address
    this.#base = base
    const given = req.headers['x-request-id']
    this.requestId = typeof given === 'string' && /^[!-~]{1,128}$/.test(given) ? given : randomUUID()
  }

  get method(): string {
    return this.req.method ?? ''
  }

  get target(): string {
    return this.req.url ?? ''
  }

  get isAnswered(): boolean {
    return this.#isAnswered
  }

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
    if (this.#isAnswered) return false
    this.#isAnswered = true
    this.#onAnswer()
    const { res } = this
    if (res.destroyed || res.headersSent) return false
    this.setBase()
    const given = headers ?? (body === undefined ? [] : ['content-type', 'application/json'])
    const values = new Map<string, string[]>()
    for (let index = 0; index < given.length; index += 2) {
      const name = given[index] as string
      values.set(name, [...(values.get(name) ?? []), given[index + 1] as string])
    }
    for (const [name, list] of values) res.setHeader(name, list.length === 1 ? (list[0] as string) : list)
    res.statusCode = status
    const isBodiless = status === 204 || status === 304
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body as string)
    if (!isBodiless) res.setHeader('content-length', bytes.byteLength)
    res.end(isBodiless || this.method === 'HEAD' ? undefined : bytes)
    return true
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

  /** Answers with a problem document. */
  reject(rejection: Rejection): void {
    const { code, message, errors } = rejection
    const { status } = httpErrors[code]
    const body = problemBody({
      status,
      detail: message,
      code,
      requestId: this.requestId,
      ...(errors === undefined ? {} : { errors }),
    })
    this.respond(status, ['content-type', PROBLEM_TYPE, ...rejection.headers], body)
  }

  /** Marks the request as answered by something that writes to the response itself. */
  take(): void {
    this.#isAnswered = true
    this.#onAnswer()
    this.setBase()
  }

  /** The client is gone; nothing can be answered any more. */
  abandon(): boolean {
    if (this.#isAnswered) return false
    this.#isAnswered = true
    this.#onAnswer()
    return true
  }
}
