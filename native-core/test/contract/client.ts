import { connect, type Socket } from 'node:net'

/** One response as it came over a socket. */
export interface Received {
  status: number
  /** Name and value in turn, names in lower case. */
  headers: Array<[string, string]>
  body: Buffer
  /** Interim responses (100) before it. */
  interim: number[]
}

export interface Exchanged {
  responses: Received[]
  isClosed: boolean
}

/**
 * Sends bytes on a new connection and reads until `count` responses came and, if asked, the connection was closed.
 * @param methods of the requests in order, to know which responses have no body
 */
export async function exchange(
  port: number,
  bytes: Uint8Array,
  options: { methods: string[]; awaitClose: boolean },
): Promise<Exchanged> {
  const socket = connect({ port, host: '127.0.0.1' })
  const reader = new ResponseReader(options.methods)
  try {
    return await new Promise<Exchanged>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new Error(
              `no complete answer within 5 s; got ${reader.responses.length} responses and ${JSON.stringify(reader.pending.toString('latin1').slice(0, 200))}`,
            ),
          ),
        5_000,
      )
      const check = (isClosed: boolean): void => {
        const isComplete = reader.responses.length >= options.methods.length
        if (isClosed || (isComplete && !options.awaitClose)) {
          clearTimeout(timer)
          resolve({ responses: reader.responses, isClosed })
        }
      }
      socket.on('connect', () => socket.write(bytes))
      socket.on('data', (chunk) => {
        reader.push(chunk)
        check(false)
      })
      socket.on('end', () => {
        reader.end()
        check(true)
      })
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNRESET' && reader.responses.length > 0) return check(true)
        clearTimeout(timer)
        reject(error)
      })
    })
  } finally {
    socket.destroy()
  }
}

/** Opens a connection that a test writes to step by step. */
export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** Cuts a stream of bytes into responses. */
export class ResponseReader {
  readonly responses: Received[] = []
  pending: Buffer = Buffer.alloc(0)
  readonly #methods: readonly string[]
  #interim: number[] = []
  #isEnded = false

  constructor(methods: readonly string[]) {
    this.#methods = methods
  }

  push(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk])
    while (this.#take()) {}
  }

  /** The connection ended, and with it a body that nothing else ends. */
  end(): void {
    this.#isEnded = true
    this.#take()
  }

  #take(): boolean {
    const end = this.pending.indexOf('\r\n\r\n')
    if (end === -1) return false
    const [line = '', ...fields] = this.pending.subarray(0, end).toString('latin1').split('\r\n')
    const status = Number(line.split(' ')[1])
    const headers = fields.map((field): [string, string] => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    })
    if (status < 200 && status !== 101) {
      this.#interim.push(status)
      this.pending = this.pending.subarray(end + 4)
      return true
    }
    const method = this.#methods[this.responses.length] ?? 'GET'
    const rest = this.pending.subarray(end + 4)
    const found = bodyOf(rest, headers, status, method) ?? (this.#isEnded ? untilClose(rest, headers) : undefined)
    if (found === undefined) return false
    this.responses.push({ status, headers, body: found.body, interim: this.#interim })
    this.#interim = []
    this.pending = rest.subarray(found.used)
    return true
  }
}

function bodyOf(
  rest: Buffer,
  headers: Array<[string, string]>,
  status: number,
  method: string,
): { body: Buffer; used: number } | undefined {
  if (method === 'HEAD' || status === 101 || status === 204 || status === 304) return { body: Buffer.alloc(0), used: 0 }
  const value = (name: string): string | undefined => headers.find(([key]) => key === name)?.[1]
  if (value('transfer-encoding') === 'chunked') return chunksOf(rest)
  if (value('content-length') === undefined) return undefined
  const length = Number(value('content-length'))
  return rest.byteLength < length ? undefined : { body: rest.subarray(0, length), used: length }
}

function untilClose(rest: Buffer, headers: Array<[string, string]>): { body: Buffer; used: number } | undefined {
  if (headers.some(([name]) => name === 'transfer-encoding' || name === 'content-length')) return undefined
  return { body: rest, used: rest.byteLength }
}

function chunksOf(rest: Buffer): { body: Buffer; used: number } | undefined {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const end = rest.indexOf('\r\n', at)
    if (end === -1) return undefined
    const size = Number.parseInt(rest.subarray(at, end).toString('latin1'), 16)
    if (rest.byteLength < end + 2 + size + 2) return undefined
    parts.push(rest.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
    if (size === 0) return { body: Buffer.concat(parts), used: at }
  }
}
