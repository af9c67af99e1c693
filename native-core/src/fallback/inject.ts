import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'
import type { InjectedResponse } from '../binding.d.ts'

/** A connection in memory: what the server writes is collected. */
class MemorySocket extends Duplex {
  readonly remoteAddress: string
  readonly encrypted = false
  readonly written: Buffer[] = []

  constructor(peer: string) {
    super({ allowHalfOpen: true })
    this.remoteAddress = peer
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push(chunk)
    done()
  }

  setTimeout(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  /** The end of a response that only the end of its connection could complete. */
  resetAndDestroy(): this {
    this.written.length = 0
    this.emit('answered')
    return this
  }
}

/** Sends the bytes of one request through the server's own parser and handlers. */
export function injectBytes(
  server: Server,
  bytes: Uint8Array,
  peer: string,
  done: (response: InjectedResponse) => void,
): void {
  const socket = new MemorySocket(peer)
  socket.once('answered', () => {
    const isHead = Buffer.from(bytes.subarray(0, 5)).toString('latin1') === 'HEAD '
    const response = parseResponse(Buffer.concat(socket.written), isHead) ?? {
      status: 0,
      headers: [],
      body: new Uint8Array(),
    }
    socket.destroy()
    done(response)
  })
  socket.once('close', () => socket.emit('answered'))
  // A fault is answered on the connection itself, which then ends.
  socket.once('finish', () => socket.emit('answered'))
  server.emit('connection', socket)
  socket.push(bytes)
}

/** Tells an injected request's connection that it became something else: what was written is the answer. */
export function answerInjected(socket: Duplex): void {
  if (socket instanceof MemorySocket) setImmediate(() => socket.emit('answered'))
}

/** Tells an injected request's connection when its answer is complete; called for every request. */
export function watchInjected(req: IncomingMessage, res: ServerResponse): void {
  const socket: Duplex = req.socket
  if (socket instanceof MemorySocket) res.once('close', () => socket.emit('answered'))
}

/** Reads the last response of what was written, if it is complete; interim ones (100) are skipped. */
function parseResponse(bytes: Buffer, isHead: boolean): InjectedResponse | undefined {
  let rest = bytes
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const [line = '', ...fields] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const body = rest.subarray(end + 4)
    const status = Number(line.split(' ')[1])
    if (status < 200 && status !== 101) {
      rest = body
      continue
    }
    const headers = fields.flatMap((field) => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    })
    const content = isHead || status === 101 ? Buffer.alloc(0) : contentOf(body, headers)
    return content === undefined ? undefined : { status, headers, body: new Uint8Array(content) }
  }
}

function contentOf(body: Buffer, headers: readonly string[]): Buffer | undefined {
  const value = (name: string): string | undefined => headers[headers.indexOf(name) + 1]
  if (headers.includes('transfer-encoding')) return joinChunks(body)
  const length = headers.includes('content-length') ? Number(value('content-length')) : body.byteLength
  return body.byteLength < length ? undefined : body.subarray(0, length)
}

function joinChunks(body: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at)
    if (end === -1) return undefined
    const size = Number.parseInt(body.subarray(at, end).toString('latin1'), 16)
    if (size === 0) return Buffer.concat(parts)
    parts.push(body.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}
