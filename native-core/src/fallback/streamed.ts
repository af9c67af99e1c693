import type { ServerResponse } from 'node:http'
import type { EncodedBody } from './encoded-body.ts'

export interface StreamedOptions {
  /** The length that was promised, bytes. */
  length: number | undefined
  /** Set when the content is encoded. */
  encoded: EncodedBody | undefined
  /** Only the end of the connection ends it, so that a client would take a cut for that. */
  isHidden: boolean
  /** Unsent bytes beyond which `onDrain` is called once there are few. */
  buffer: number
  onDrain(): void
}

/** The content of a response that is sent in pieces. */
export class StreamedContent {
  readonly #res: ServerResponse
  readonly #options: StreamedOptions
  /** Bytes missing of the length that was promised. */
  #left: number | undefined
  #isStopped = false

  constructor(res: ServerResponse, options: StreamedOptions) {
    this.#res = res
    this.#options = options
    this.#left = options.length
  }

  /** Sends a piece; the number of unsent bytes. */
  push(chunk: string | Uint8Array): number {
    if (this.#left !== undefined) {
      const left = this.#left - Buffer.byteLength(chunk)
      if (left < 0) throw lengthFault('the content is longer than its Content-Length')
      this.#left = left
    }
    const { encoded, buffer } = this.#options
    if (encoded !== undefined) return this.#pushEncoded(encoded, chunk)
    // 'drain' comes only after the stream's own mark was passed, which may be higher than ours.
    if (chunk.length > 0) this.#res.write(chunk, (error) => error ?? this.#flushed())
    this.#isStopped = this.#res.writableLength > buffer
    return this.#res.writableLength
  }

  /** Throws when bytes are missing that were promised. */
  assertWhole(): void {
    if (this.#left !== undefined && this.#left > 0)
      throw lengthFault(`the content is ${this.#left} bytes shorter than its Content-Length`)
  }

  end(): void {
    const { encoded } = this.#options
    if (encoded === undefined) this.#res.end()
    else encoded.end()
  }

  /** Sends what there is and ends the connection without an end of the response. */
  cut(): void {
    const { encoded, isHidden } = this.#options
    if (encoded === undefined) cutWhenTurn(this.#res, isHidden)
    else encoded.onceFlushed(() => cutWhenTurn(this.#res, isHidden))
  }

  #pushEncoded(encoded: EncodedBody, chunk: string | Uint8Array): number {
    if (chunk.length > 0) encoded.write(chunk)
    const { unsent } = encoded
    if (unsent > this.#options.buffer && !this.#isStopped) {
      this.#isStopped = true
      encoded.onceDrained(() => this.#goOn())
    }
    return unsent
  }

  #flushed(): void {
    if (this.#isStopped && this.#res.writableLength <= this.#options.buffer / 4) this.#goOn()
  }

  #goOn(): void {
    this.#isStopped = false
    this.#options.onDrain()
  }
}

/** Ends the connection of a response once it is its turn; `isHidden`: with a reset, so that the client notices. */
export function cutWhenTurn(res: ServerResponse, isHidden: boolean): void {
  const end = (): void => {
    const { socket } = res
    if (socket === null) return
    if (isHidden) socket.write('', () => socket.resetAndDestroy())
    else socket.end(() => socket.destroy())
  }
  // A response that waits for its turn has no socket yet. Newer versions of node:http hold a piece back until the next tick.
  if (res.socket === null) res.once('socket', () => setImmediate(end))
  else setImmediate(end)
}

function lengthFault(message: string): Error {
  return Object.assign(new Error(message), { code: 'invalid-length' })
}
