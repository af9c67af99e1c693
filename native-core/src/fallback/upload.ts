import { tooLarge } from './body.ts'
import type { Exchange } from './exchange.ts'

/** The body of a request as its handler takes it. node:http reads on only as far as it is taken. */
export class Upload {
  readonly #exchange: Exchange
  readonly #limit: number
  readonly #moved: () => void
  readonly #refused: () => void
  #size = 0
  #isAsked = false
  #isAwaited = false
  #isEnded = false

  /** `moved` is called when there is more after `read` found nothing, `refused` when the body was too large. */
  constructor(exchange: Exchange, limit: number, moved: () => void, refused: () => void) {
    this.#exchange = exchange
    this.#limit = limit
    this.#moved = moved
    this.#refused = refused
    const { req } = exchange
    const tell = (): void => {
      if (!this.#isAwaited) return
      this.#isAwaited = false
      this.#moved()
    }
    req.on('end', () => {
      this.#isEnded = true
      tell()
    })
    req.on('readable', tell)
  }

  read(): Uint8Array | null | undefined {
    const { req, res } = this.#exchange
    if (!this.#isAsked) {
      this.#isAsked = true
      if (this.#exchange.header('expect') !== undefined) res.writeContinue()
    }
    const bytes = req.read() as Buffer | null
    if (bytes === null) {
      if (this.#isEnded) return null
      this.#isAwaited = true
      return undefined
    }
    this.#size += bytes.byteLength
    if (this.#size <= this.#limit) return bytes
    if (!this.#exchange.refuse(tooLarge(this.#limit))) this.#exchange.cut()
    this.#refused()
    return undefined
  }
}
