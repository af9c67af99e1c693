import { isUint8Array } from 'node:util/types'
import { FileReply } from './file.ts'
import { headerFault, isEngineHeader } from './header.ts'
import { JsonText } from './json-text.ts'
import { shareKind } from './kind.ts'
import type { Outgoing } from './outgoing.ts'
import { isStream, type StreamBody } from './source.ts'

/** Status codes a `reply` may have. */
export interface ReplyOptions<Status extends number = number> {
  /**
   * Status of the response.
   * @default the route's own
   */
  status?: Status
  /** Response headers; a list sets a header several times. */
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** Bytes of a streamed value, if that is known before: sent as Content-Length, and held to. */
  length?: number
  /** False sends this answer as it is, whatever the client accepts. @default true */
  compression?: boolean
}

/** A value with a status and headers of its own, made by `reply` or `redirect`. */
export class Reply<Value = unknown, Status extends number = number> {
  /** What is answered; as a plain return value it would be sent in the same form. */
  readonly value: Value
  /** 200 to 599; undefined: the route's own. */
  readonly status: Status | undefined
  /** Name and value in turn. */
  readonly headers: readonly string[]
  /** Bytes of a streamed value. */
  readonly length: number | undefined

  static {
    shareKind(Reply, 'Reply')
  }

  constructor(value: Value, status: Status | undefined, headers: readonly string[], length?: number) {
    this.value = value
    this.status = status
    this.headers = headers
    this.length = length
  }
}

/**
 * Answers with a status or headers of its own.
 * @example return reply(note, { status: 201, headers: { location: `/notes/${note.id}` } })
 */
export function reply<Value, const Status extends number = number>(
  value: Value,
  options: ReplyOptions<Status> = {},
): Reply<Value, Status> {
  const { status, length } = options
  if (status !== undefined && (!Number.isInteger(status) || status < 200 || status > 599)) {
    throw new RangeError(`reply(): status ${String(status)}; give a whole number from 200 to 599`)
  }
  if (length !== undefined && (!isStream(value) || !Number.isSafeInteger(length) || length < 0)) {
    throw new RangeError(`reply(): length ${String(length)}; give a streamed value and a whole number of bytes`)
  }
  const headers: string[] = []
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) pushHeader(headers, name, one)
  }
  // The host takes it as "as it is" and does not send it.
  if (options.compression === false) pushHeader(headers, 'content-encoding', 'identity')
  return new Reply(value, status, headers, length)
}

/**
 * Answers with a redirect.
 * @param status 301, 302, 303, 307 or 308
 * @default status 302
 * @example return redirect('/sign-in')
 */
export function redirect(
  url: string | URL,
  status: 301 | 302 | 303 | 307 | 308 = 302,
): Reply<undefined, 301 | 302 | 303 | 307 | 308> {
  if (![301, 302, 303, 307, 308].includes(status)) {
    throw new RangeError(`redirect(): status ${String(status)}; give 301, 302, 303, 307 or 308`)
  }
  const headers: string[] = []
  pushHeader(headers, 'location', encodeURI(decodeURISafe(String(url))))
  return new Reply(undefined, status, headers)
}

/** Adds a header after checking it, so that no value can end the line it stands on. */
export function pushHeader(headers: string[], name: string, value: string): void {
  const [key, text] = [String(name).toLowerCase(), String(value)]
  const fault = headerFault(key, text)
  if (fault !== undefined) throw new TypeError(`header '${key}' ${fault}`)
  headers.push(key, text)
}

/** What goes to the host for one answer. */
export interface Wire {
  status: number
  headers: string[] | undefined
  body: string | Uint8Array | undefined
  /** What follows piece by piece instead of the body. */
  stream?: Outgoing
  /** Bytes of the stream, if known. */
  length?: number | undefined
  /** Sent in place of a body. */
  file?: FileReply
}

/** A value with its status, its headers and, of a stream, its length. */
export interface Answered {
  value: unknown
  status: number
  extra: readonly string[] | undefined
  length: number | undefined
}

/** Takes a stream in hand for the request that it answers. */
export type OpenStream = (stream: StreamBody) => Outgoing

const JSON_TYPE = ['content-type', 'application/json']
const TEXT_TYPE = ['content-type', 'text/plain; charset=utf-8']
const BYTES_TYPE = ['content-type', 'application/octet-stream']

/** What a handler's value says about its answer. `extra` are the headers set on the context. */
export function replyOf(value: unknown, status: number, extra: readonly string[] | undefined): Answered {
  if (!(value instanceof Reply)) return { value, status, extra, length: undefined }
  const headers = extra === undefined ? value.headers : mergeHeaders(extra, value.headers)
  return { value: value.value, status: value.status ?? status, extra: headers, length: value.length }
}

/** Turns a handler's value into a response. */
export function toWire(value: unknown, status: number, extra: readonly string[] | undefined): Wire {
  if (value instanceof Reply) {
    const inner = replyOf(value, status, extra)
    return toWire(inner.value, inner.status, inner.extra)
  }
  if (value === undefined || value === null || status === 204 || status === 304) {
    const empty = status === 200 ? 204 : status
    return { status: empty, headers: extra === undefined ? undefined : [...extra], body: undefined }
  }
  if (value instanceof FileReply) {
    const disposition = value.disposition === undefined ? [] : ['content-disposition', value.disposition]
    return { status, headers: mergeHeaders(disposition, extra ?? []), body: undefined, file: value }
  }
  if (typeof value === 'string') return { status, headers: withType(TEXT_TYPE, extra), body: value }
  if (value instanceof JsonText) return { status, headers: withType(JSON_TYPE, extra), body: value.text }
  if (isUint8Array(value)) return { status, headers: withType(BYTES_TYPE, extra), body: value }
  return { status, headers: withType(JSON_TYPE, extra), body: toJson(value) }
}

/** JSON text of a handler's value. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError(`a handler returned a ${typeof value}, which has no JSON form`)
  return text
}

/**
 * A stream as the host wants it. Without a content type it goes by the first chunk, so that nothing is sent before there is one, and a stream that
 * fails at once is an ordinary error; with one the answer begins at once.
 */
export async function fromStream(open: OpenStream, answered: () => Answered): Promise<Wire> {
  const { value, status, extra, length } = answered()
  const stream = open(value as StreamBody)
  if (extra !== undefined && hasHeader(extra, 'content-type'))
    return { status, headers: [...extra], body: undefined, stream, length }
  const first = await stream.first()
  const type = typeof first === 'string' ? TEXT_TYPE : BYTES_TYPE
  // A generator may have set headers before its first chunk.
  return { status, headers: withType(type, answered().extra), body: undefined, stream, length }
}

/** A fetch `Response` as the host wants it: a body that is there already as a whole, any other piece by piece. */
export async function fromResponse(
  open: OpenStream,
  response: Response,
  extra: readonly string[] | undefined,
): Promise<Wire> {
  const headers: string[] = []
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie' && !isEngineHeader(name)) headers.push(name, value)
  }
  for (const cookie of response.headers.getSetCookie()) headers.push('set-cookie', cookie)
  const all = extra === undefined ? headers : mergeHeaders(extra, headers)
  if (response.body === null) return { status: response.status, headers: all, body: undefined }
  const { status } = response
  const typed = withType(BYTES_TYPE, all)
  const stream = open(response.body)
  const body = await stream.whole()
  if (body !== undefined) return { status, headers: typed, body }
  return { status, headers: typed, body: undefined, stream, length: lengthOf(response.headers) }
}

/** The Content-Length that a `Response` brings; of a decoded body it is that of the encoded one. */
function lengthOf(headers: Headers): number | undefined {
  const text = headers.get('content-length')
  return text !== null && /^\d{1,15}$/.test(text) && !headers.has('content-encoding') ? Number(text) : undefined
}

function withType(type: readonly string[], extra: readonly string[] | undefined): string[] {
  if (extra === undefined) return [...type]
  return hasHeader(extra, 'content-type') ? [...extra] : [...type, ...extra]
}

function hasHeader(headers: readonly string[], name: string): boolean {
  for (let index = 0; index < headers.length; index += 2) if (headers[index] === name) return true
  return false
}

/** Later headers replace earlier ones of the same name; `set-cookie` adds up. */
export function mergeHeaders(first: readonly string[], second: readonly string[]): string[] {
  const merged: string[] = []
  for (let index = 0; index < first.length; index += 2) {
    const name = first[index] as string
    if (name === 'set-cookie' || !hasHeader(second, name)) merged.push(name, first[index + 1] as string)
  }
  return [...merged, ...second]
}

function decodeURISafe(url: string): string {
  try {
    return decodeURI(url)
  } catch {
    return url
  }
}
