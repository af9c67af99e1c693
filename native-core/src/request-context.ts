import type { X509Certificate } from 'node:crypto'
import type { AuthContext, Claims } from './auth.ts'
import type { Handle, Input } from './binding.d.ts'
import { builtins } from './builtins.ts'
import type { Context, HeaderReader, Logger, RequestInfo } from './context.ts'
import { parseCookies } from './cookies.ts'
import type { UploadFolder } from './forms/upload-folder.ts'
import type { HostBinding } from './host.ts'
import { Incoming } from './incoming.ts'
import type { JsonText } from './json-text.ts'
import type { Outgoing } from './outgoing.ts'
import { answer, run } from './queries/answer.ts'
import type { QueryValues } from './queries/values.ts'
import type { QueryShape, RouteQuery, RowsOf } from './query.ts'
import { pushHeader } from './reply.ts'
import type { HandlerRunner, PartSlot } from './runner.ts'
import { readTrace, type TraceContext } from './trace.ts'

/** State that all requests of an application share. */
export interface Runtime {
  binding: HostBinding
  logger: Logger
  /** Abort controllers of requests whose `signal` was asked for. */
  controllers: Map<Handle, AbortController>
  /** Where large files of forms lie while their request runs. */
  uploads: UploadFolder
  /** Bodies that are being read piece by piece. */
  incoming: Map<Handle, Incoming>
  /** Answers that are being sent piece by piece. */
  outgoing: Map<Handle, Outgoing>
  /** `limits.streamBuffer` */
  streamBuffer: number
}

/** The state of an application that begins. */
export function createRuntime(
  binding: HostBinding,
  logger: Logger,
  uploads: UploadFolder,
  streamBuffer: number,
): Runtime {
  return { binding, logger, uploads, controllers: new Map(), incoming: new Map(), outgoing: new Map(), streamBuffer }
}

/** A value that was not looked at yet; `undefined` is a proper value of most parts. */
const unread: unique symbol = Symbol('unread')

/**
 * One request. Everything is read from Rust when it is asked for, so that a handler pays only for what it uses. Fields beginning with
 * an underscore belong to the runner.
 */
export class RequestContext implements Context, AuthContext {
  readonly _runtime: Runtime
  readonly _runner: HandlerRunner
  readonly _handle: Handle
  readonly _inputs: readonly Input[]
  _params: unknown = unread
  _query: unknown = unread
  _headers: unknown = unread
  _cookies: unknown = unread
  _body: unknown = unread
  _auth: unknown = unread
  _set: string[] | undefined = undefined
  _log: Logger | undefined = undefined
  _request: RequestView | undefined = undefined
  /** Runs something as the handler ran, when middleware put it into an asynchronous context. */
  _within: (<Value>(run: () => Value) => Value) | undefined = undefined

  constructor(runtime: Runtime, runner: HandlerRunner, handle: Handle, inputs: readonly Input[]) {
    this._runtime = runtime
    this._runner = runner
    this._handle = handle
    this._inputs = inputs
  }

  get params(): Readonly<Record<string, unknown>> {
    if (this._params === unread) this._params = readPart(this._runner.params, this._inputs)
    return this._params as Record<string, unknown>
  }

  get query(): Readonly<Record<string, string | undefined>> {
    if (this._query === unread) {
      const slot = this._runner.query
      this._query =
        slot === null ? parseQuery(this._runtime.binding.target(this._handle)) : readPart(slot, this._inputs)
    }
    return this._query as Record<string, string | undefined>
  }

  get headers(): HeaderReader {
    if (this._headers === unread) {
      const slot = this._runner.headers
      this._headers = readerOf(this, slot === null ? undefined : readPart(slot, this._inputs))
    }
    return this._headers as HeaderReader
  }

  get cookies(): Readonly<Record<string, string | undefined>> {
    if (this._cookies === unread) {
      const slot = this._runner.cookies
      this._cookies =
        slot === null
          ? parseCookies(this._runtime.binding.header(this._handle, 'cookie'))
          : readPart(slot, this._inputs)
    }
    return this._cookies as Record<string, string | undefined>
  }

  get body(): unknown {
    if (this._body === unread) this._body = readBody(this._runner, this._inputs)
    return this._body
  }

  get auth(): unknown {
    if (this._auth === unread) {
      const claims = this._runner.hasAuth ? this._runtime.binding.claims(this._handle) : undefined
      this._auth = claims === undefined ? undefined : (JSON.parse(claims) as Claims)
    }
    return this._auth
  }

  get request(): RequestInfo {
    this._request ??= new RequestView(this._runtime, this._handle, this._runner.streamBody)
    return this._request
  }

  get signal(): AbortSignal {
    const { controllers } = this._runtime
    let controller = controllers.get(this._handle)
    if (controller === undefined) {
      controller = new AbortController()
      // A request that is over has no method any more; its signal is aborted from the start.
      if (this._runtime.binding.method(this._handle) === undefined) controller.abort()
      else controllers.set(this._handle, controller)
    }
    return controller.signal
  }

  get log(): Logger {
    if (this._log === undefined) {
      const { logger } = this._runtime
      this._log = logger.child === undefined ? logger : logger.child({ requestId: this.request.id })
    }
    return this._log
  }

  run<Query extends RouteQuery>(query: Query, values: QueryValues = {}): Promise<RowsOf<Query>> {
    return run(query, this, values) as Promise<RowsOf<Query>>
  }

  answer<Row, Shape extends QueryShape>(
    query: RouteQuery<Row, Shape>,
    values: QueryValues = {},
  ): Promise<JsonText<Shape extends 'many' ? Row[] : Row>> {
    return answer(query, this, values) as Promise<JsonText<Shape extends 'many' ? Row[] : Row>>
  }

  setHeader(name: string, value: string): void {
    const set = this._set ?? []
    const key = name.toLowerCase()
    if (key !== 'set-cookie') {
      for (let index = 0; index < set.length; index += 2) if (set[index] === key) set.splice(index, 2)
    }
    pushHeader(set, key, value)
    this._set = set
  }
}

/** Lazy view of the request line, headers and bytes. Values that log lines need are kept when first read. */
class RequestView implements RequestInfo {
  readonly #runtime: Runtime
  readonly #binding: HostBinding
  readonly #handle: Handle
  readonly #isStreamed: boolean
  #id: string | undefined
  #stream: ReadableStream<Uint8Array> | undefined

  constructor(runtime: Runtime, handle: Handle, isStreamed: boolean) {
    this.#runtime = runtime
    this.#binding = runtime.binding
    this.#handle = handle
    this.#isStreamed = isStreamed
  }

  get method(): string {
    return this.#binding.method(this.#handle) ?? ''
  }

  get url(): string {
    return this.#binding.target(this.#handle) ?? ''
  }

  get path(): string {
    const { url } = this
    const end = url.indexOf('?')
    return end === -1 ? url : url.slice(0, end)
  }

  get scheme(): 'http' | 'https' {
    return this.#binding.scheme(this.#handle) ?? 'http'
  }

  get clientCertificate(): X509Certificate | undefined {
    const certificate = this.#binding.clientCertificate(this.#handle)
    return certificate === undefined ? undefined : new builtins.crypto.X509Certificate(certificate)
  }

  get address(): string {
    return this.#binding.address(this.#handle) ?? ''
  }

  get id(): string {
    this.#id ??= this.#binding.requestId(this.#handle)
    return this.#id ?? ''
  }

  get trace(): TraceContext | undefined {
    const parent = this.#binding.header(this.#handle, 'traceparent')
    return parent === undefined ? undefined : readTrace(parent, this.#binding.header(this.#handle, 'tracestate'))
  }

  headers(): Headers {
    const list = this.#binding.headers(this.#handle) ?? []
    const headers = new Headers()
    for (let index = 0; index < list.length; index += 2)
      headers.append(list[index] as string, list[index + 1] as string)
    return headers
  }

  bytes(): Uint8Array {
    if (this.#isStreamed) throw new TypeError('the body of this request is streamed; read request.stream()')
    return this.#binding.body(this.#handle) ?? new Uint8Array()
  }

  stream(): ReadableStream<Uint8Array> {
    this.#stream ??= this.#isStreamed ? new Incoming(this.#runtime, this.#handle).stream : streamOf(this.bytes())
    return this.#stream
  }

  text(): string {
    return new TextDecoder().decode(this.bytes())
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes)
      controller.close()
    },
  })
}

/** Builds one part of the request from what Rust handed over, and does the cheap rest of its schema. */
export function readPart(slot: PartSlot, inputs: readonly Input[]): unknown {
  const values: Record<string, Input> = {}
  for (let index = 0; index < slot.names.length; index++) {
    const value = inputs[slot.offset + index]
    if (value !== undefined) values[slot.names[index] as string] = value
  }
  return slot.normalise === null ? values : slot.normalise(values)
}

/** The parsed body; its text was validated by Rust. */
export function readBody(runner: HandlerRunner, inputs: readonly Input[]): unknown {
  if (runner.body === null) return undefined
  const text = inputs[runner.body.offset]
  const value: unknown = typeof text === 'string' ? JSON.parse(text) : undefined
  return runner.body.normalise === null ? value : runner.body.normalise(value)
}

/** Headers by name, with the schema's values as properties. */
export function readerOf(ctx: RequestContext, values: unknown): HeaderReader {
  const get = (name: string): string | undefined => ctx._runtime.binding.header(ctx._handle, name.toLowerCase())
  if (values === undefined) return { get }
  return Object.defineProperty({ ...(values as object) }, 'get', { value: get }) as HeaderReader
}

function parseQuery(target: string | undefined): Record<string, string> {
  const values: Record<string, string> = Object.create(null)
  const start = target?.indexOf('?') ?? -1
  if (target === undefined || start === -1) return values
  for (const [name, value] of new URLSearchParams(target.slice(start + 1))) if (!(name in values)) values[name] = value
  return values
}
