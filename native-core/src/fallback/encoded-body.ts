import type { ServerResponse } from 'node:http'
import type { CompressionPlan, Encoding } from '../plan.ts'
import { encoder } from './encode.ts'

/** A content on its way through an encoder; each piece is let out at once. */
export class EncodedBody {
  readonly #encoder: ReturnType<typeof encoder>
  readonly #res: ServerResponse

  constructor(plan: CompressionPlan, coding: Encoding, res: ServerResponse) {
    this.#encoder = encoder(plan, coding)
    this.#res = res
    // What was promised cannot be kept: only cutting the connection tells the client.
    this.#encoder.on('error', () => res.destroy())
    res.once('close', () => this.#encoder.destroy())
    this.#encoder.pipe(res)
  }

  /** Bytes that have not left yet, on either side of the encoder. */
  get unsent(): number {
    return this.#encoder.writableLength + this.#encoder.readableLength + this.#res.writableLength
  }

  write(chunk: string | Uint8Array): void {
    this.#encoder.write(chunk)
  }

  end(chunk?: Uint8Array): void {
    this.#encoder.end(chunk)
  }

  /** Calls back once a full buffer, of the encoder or behind it, has emptied. */
  onceDrained(callback: () => void): void {
    if (this.#encoder.writableNeedDrain) this.#encoder.once('drain', callback)
    else if (this.#res.writableNeedDrain) this.#res.once('drain', callback)
    else setImmediate(callback)
  }

  /** Calls back once all that was written has left the encoder. */
  onceFlushed(callback: () => void): void {
    this.#encoder.flush(() => setImmediate(callback))
  }
}
