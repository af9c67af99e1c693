import { once } from 'node:events'
import { type ClientOptions, type RawData, WebSocket } from 'ws'

/** A client that keeps what it gets, so that a test can ask for it in order. */
export class Client {
  readonly socket: WebSocket
  readonly #got: Array<string | Buffer> = []
  readonly #waiting: Array<(message: string | Buffer) => void> = []
  /** Code and reason of the end. */
  readonly closed: Promise<[code: number, reason: string]>

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: RawData, isBinary) => {
      const message = isBinary ? (data as Buffer) : (data as Buffer).toString()
      const next = this.#waiting.shift()
      if (next === undefined) this.#got.push(message)
      else next(message)
    })
    socket.on('error', () => undefined)
    this.closed = once(socket, 'close').then(([code, reason]) => [code as number, String(reason)])
    // One that is never opened fails by `open` already.
    this.closed.catch(() => undefined)
  }

  static async open(
    port: number,
    path: string,
    options: ClientOptions & { protocols?: string[] } = {},
  ): Promise<Client> {
    const { protocols = [], ...rest } = options
    const scheme = rest.ca === undefined ? 'ws' : 'wss'
    const client = new Client(new WebSocket(`${scheme}://127.0.0.1:${port}${path}`, protocols, rest))
    await once(client.socket, 'open')
    return client
  }

  send(message: string | Uint8Array): void {
    this.socket.send(message)
  }

  /** The next message. */
  next(): Promise<string | Buffer> {
    const got = this.#got.shift()
    if (got !== undefined) return Promise.resolve(got)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async take(count: number): Promise<Array<string | Buffer>> {
    const messages: Array<string | Buffer> = []
    while (messages.length < count) messages.push(await this.next())
    return messages
  }

  async close(code = 1000, reason = ''): Promise<[code: number, reason: string]> {
    this.socket.close(code, reason)
    return this.closed
  }
}

/** Something that a test waits for. */
export interface Signal<T> {
  readonly happened: Promise<T>
  happens(value: T): void
}

export function signal<T = void>(): Signal<T> {
  let happens!: (value: T) => void
  const happened = new Promise<T>((resolve) => {
    happens = resolve
  })
  return { happened, happens }
}
