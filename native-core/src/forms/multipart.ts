import { beyond, malformed } from './fault.ts'
import type { FormLimits } from './limits.ts'
import { type PartHead, readPartHead } from './part-head.ts'

/** What comes out of a multipart body: the head of a part, its content in pieces, its end. */
export type PartEvent = { kind: 'part'; head: PartHead } | { kind: 'data'; bytes: Uint8Array } | { kind: 'end' }

const CRLF = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

/** The boundary that a Content-Type names (RFC 2046 §5.1.1). */
export function boundaryOf(contentType: string): string {
  const found = /;[ \t]*boundary=(?:"([^"]*)"|([^\s;"]+))[ \t]*(?:;|$)/i.exec(contentType)
  const boundary = found?.[1] ?? found?.[2] ?? ''
  if (!/^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/.test(boundary))
    throw malformed('its Content-Type has no boundary, or one that cannot be')
  return boundary
}

/** Takes a multipart body apart as it arrives; holds back no more than could be the beginning of a boundary, or a head. */
export class MultipartParser {
  readonly #delimiter: Buffer
  readonly #limits: FormLimits
  /** Bytes not yet understood. Begins with a line end, so that the first boundary is found like the others. */
  #rest: Buffer = CRLF
  #state: 'start' | 'boundary' | 'head' | 'content' | 'end' = 'start'
  #isPastLineEnd = false
  /** Whether the line end that closes a head still stands before the content. */
  #isFresh = false

  constructor(boundary: string, limits: FormLimits) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.#limits = limits
  }

  /** Takes the next bytes in. */
  *push(chunk: Uint8Array): Generator<PartEvent> {
    // What follows the last boundary means nothing (RFC 2046 §5.1.1).
    if (this.#state === 'end') return
    this.#rest =
      this.#rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat([this.#rest, chunk])
    while (!(yield* this.#step())) {}
  }

  /** The body is over: it must have ended with its last boundary. */
  finish(): void {
    if (this.#state !== 'end') throw malformed('its last boundary is missing')
  }

  /** Understands a little more; true when that needs more bytes, or there is nothing left to understand. */
  *#step(): Generator<PartEvent, boolean> {
    if (this.#state === 'start') return this.#start()
    if (this.#state === 'boundary') return this.#afterBoundary()
    if (this.#state === 'content') return yield* this.#content()
    if (this.#state === 'end') return true
    const head = this.#head()
    if (head !== undefined) yield { kind: 'part', head }
    return head === undefined
  }

  #start(): boolean {
    const { length } = this.#delimiter
    // Some clients begin with a line end of their own; anything else before the first boundary would be read by some and not by others.
    if (!this.#isPastLineEnd && this.#rest.length >= 4) {
      this.#isPastLineEnd = true
      if (this.#rest.subarray(2, 4).equals(CRLF)) this.#rest = this.#rest.subarray(2)
    }
    const given = this.#rest.subarray(0, length)
    const couldBe = given.equals(this.#delimiter.subarray(0, given.length)) || this.#rest.length < 4
    if (!couldBe) throw malformed('it does not begin with its boundary')
    if (this.#rest.length < length) return true
    this.#rest = this.#rest.subarray(length)
    this.#state = 'boundary'
    return false
  }

  #afterBoundary(): boolean {
    if (this.#rest.length < 2) return true
    const two = this.#rest.toString('latin1', 0, 2)
    if (two === '--') this.#state = 'end'
    else if (two === '\r\n') this.#state = 'head'
    else throw malformed('a boundary is not followed by a line end')
    this.#rest = this.#rest.subarray(2)
    return false
  }

  #head(): PartHead | undefined {
    const end = this.#rest.indexOf(HEAD_END)
    if ((end === -1 ? this.#rest.length : end) > this.#limits.headerBytes)
      throw beyond(this.#limits, 'headerBytes', 'The head of a part has more bytes than')
    if (end === -1) return undefined
    const bytes = this.#rest.subarray(0, end)
    // Its line is a boundary for some, and a field whose name begins like one for others.
    const line = this.#delimiter.subarray(2)
    if (bytes.subarray(0, line.length).equals(line) || bytes.includes(this.#delimiter))
      throw malformed('a boundary stands in the head of a part')
    const head = readPartHead(bytes)
    // Kept, to see a boundary where the content should begin.
    this.#rest = this.#rest.subarray(end + 2)
    this.#state = 'content'
    this.#isFresh = true
    return head
  }

  *#content(): Generator<PartEvent, boolean> {
    const at = this.#rest.indexOf(this.#delimiter)
    const first = this.#isFresh ? 2 : 0
    // Some read it as the end of an empty part, others as content.
    if (at === 0 && this.#isFresh) throw malformed('a boundary directly follows the head of a part')
    if (at !== -1) {
      if (at > first) yield { kind: 'data', bytes: this.#rest.subarray(first, at) }
      yield { kind: 'end' }
      this.#rest = this.#rest.subarray(at + this.#delimiter.length)
      this.#state = 'boundary'
      return false
    }
    const safe = this.#rest.length - this.#delimiter.length + 1
    if (safe > first) {
      yield { kind: 'data', bytes: this.#rest.subarray(first, safe) }
      // Copied, so that a few bytes do not keep a whole chunk.
      this.#rest = Buffer.from(this.#rest.subarray(safe))
      this.#isFresh = false
    }
    return true
  }
}
