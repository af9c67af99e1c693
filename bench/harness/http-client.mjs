/** Just enough of an HTTP/1.1 client to send one request over and over and to know where each response ends. */
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** The bytes of a scenario's request. */
export function requestBytes(scenario) {
  const { method = 'GET', path, headers = {}, body = '' } = scenario
  const lines = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1']
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (body) lines.push(`content-length: ${Buffer.byteLength(body)}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** One connection; `ask(count)` sends the request `count` times at once and resolves to the last response. */
export class Client {
  #socket
  #data = Buffer.alloc(0)
  #waiting = 0
  #settle

  /** With `tls` it believes any certificate: it only speaks to servers of this bench. */
  constructor(port, bytes, { tls = false } = {}) {
    this.bytes = bytes
    const to = { port, host: '127.0.0.1', noDelay: true }
    this.#socket = tls ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to)
    this.#socket.on('data', (chunk) => this.#take(chunk))
    this.#socket.on('error', (error) => this.#settle?.reject(error))
    this.#socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')))
  }

  ask(count = 1) {
    return new Promise((resolve, reject) => {
      this.#waiting = count
      this.#settle = { resolve, reject }
      this.#socket.write(count === 1 ? this.bytes : Buffer.concat(Array(count).fill(this.bytes)))
    })
  }

  /** Ends what is asked with an error. */
  fail(error) {
    this.#settle?.reject(error)
  }

  close() {
    this.#settle = undefined
    this.#socket.destroy()
  }

  #take(chunk) {
    this.#data = this.#data.length ? Buffer.concat([this.#data, chunk]) : chunk
    for (;;) {
      const response = readResponse(this.#data)
      if (!response) return
      this.#data = this.#data.subarray(response.length)
      this.#waiting -= 1
      if (this.#waiting === 0) this.#settle.resolve(response)
    }
  }
}

/** The first complete response in `data`: its status, body and length, or undefined. */
function readResponse(data) {
  const end = data.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = data.toString('latin1', 0, end)
  const start = end + 4
  const sized = head.match(/\r\ncontent-length: *(\d+)/i)
  const length = sized
    ? start + Number(sized[1])
    : /\r\ntransfer-encoding: *chunked/i.test(head)
      ? endOfChunks(data, start)
      : start
  if (length === undefined || data.length < length) return undefined
  return { status: Number(head.slice(9, 12)), head, body: data.toString('utf8', start, length), length }
}

function endOfChunks(data, from) {
  const last = data.indexOf('\r\n0\r\n\r\n', from - 2)
  return last < 0 ? undefined : last + 7
}
