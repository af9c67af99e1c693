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
    const response = parseResponse(Buffer.concat(socket.written))
    socket.destroy()
    done(response)
  })
  // A fault is answered on the connection itself, which then ends.
  socket.once('finish', () => socket.emit('answered'))
  server.emit('connection', socket)
  socket.push(bytes)
}

/** Tells an injected request's connection when its answer is complete; called for every request. */
export function watchInjected(req: IncomingMessage, res: ServerResponse): void {
  const socket: Duplex = req.socket
  if (socket instanceof MemorySocket) res.once('close', () => socket.emit('answered'))
}

/** Reads the last response of what was written; interim ones (100) are skipped. */
function parseResponse(bytes: Buffer): InjectedResponse {
  let rest = bytes
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) throw new Error('the server wrote no complete response')
    const [line = '', ...fields] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const body = rest.subarray(end + 4)
    const status = Number(line.split(' ')[1])
    if (status < 200) {
      rest = body
      continue
    }
    const headers = fields.flatMap((field) => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    })
    return { status, headers, body: new Uint8Array(body) }
  }
}
