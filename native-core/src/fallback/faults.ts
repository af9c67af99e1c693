import type { Duplex } from 'node:stream'
import { builtins } from '../builtins.ts'
import { type HttpErrorCode, httpErrors } from '../errors.ts'
import { PROBLEM_TYPE, problemBody } from '../problem.ts'

const codes: Readonly<Record<string, HttpErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

const details: Partial<Record<HttpErrorCode, string>> = {
  'headers-too-large': 'The head is too large (limits.headBytes)',
  'not-implemented': 'This is no proxy: CONNECT is not available',
  'request-timeout': 'The head took too long (limits.headersTimeout)',
}

/** Answers bytes that are no proper HTTP, and closes: what follows on the connection cannot be trusted. */
export function answerFault(error: NodeJS.ErrnoException, socket: Duplex, headers: readonly string[]): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  end(socket, codes[error.code ?? ''] ?? 'bad-request', headers)
}

/** Answers CONNECT, which node:http gives to nobody else. */
export function refuseConnect(socket: Duplex, headers: readonly string[]): void {
  socket.on('error', () => socket.destroy())
  end(socket, 'not-implemented', headers)
}

/** Answers a client that speaks HTTP where TLS is spoken. */
export function refusePlain(socket: Duplex, headers: readonly string[]): void {
  end(socket, 'bad-request', headers, 'This port speaks TLS: use https:// instead of http://.')
}

function end(socket: Duplex, code: HttpErrorCode, headers: readonly string[], why?: string): void {
  const { status, title } = httpErrors[code]
  const requestId = builtins.crypto.randomUUID()
  const detail = why ?? details[code] ?? 'The request is not proper HTTP'
  const body = problemBody({ status, detail, code, requestId })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ]
  for (let index = 0; index < headers.length; index += 2) head.push(`${headers[index]}: ${headers[index + 1]}`)
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
