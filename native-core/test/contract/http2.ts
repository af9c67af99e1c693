import { type ClientHttp2Session, connect, constants } from 'node:http2'
import type { Ask } from './case.ts'
import type { Received } from './client.ts'

/** Opens a connection that speaks HTTP/2 from its first byte, or over TLS. */
export function openHttp2(origin: string, ca?: string): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(origin, ca === undefined ? {} : { ca, servername: 'localhost' })
    session.once('connect', () => resolve(session))
    session.once('error', reject)
  })
}

/** Sends one request and reads its response to the end. */
export function askHttp2(session: ClientHttp2Session, ask: Ask): Promise<Received> {
  const content = ask.json === undefined ? ask.body : JSON.stringify(ask.json)
  const body = content === undefined ? undefined : Buffer.from(content as string)
  const given = Object.fromEntries(
    Object.entries(ask.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const { host = 'localhost', ...headers } = given
  if (ask.json !== undefined) headers['content-type'] ??= 'application/json'
  if (body !== undefined) headers['content-length'] ??= String(body.byteLength)
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ...headers, ':method': ask.method ?? 'GET', ':path': ask.url, ':authority': String(host) },
      { endStream: body === undefined },
    )
    const received: Received = { status: 0, headers: [], body: Buffer.alloc(0), interim: [] }
    const chunks: Buffer[] = []
    stream.on('headers', (fields) => received.interim.push(Number(fields[':status'])))
    stream.on('response', (fields) => {
      received.status = Number(fields[':status'])
      for (const [name, value] of Object.entries(fields)) {
        if (name.startsWith(':') || value === undefined) continue
        for (const one of [value].flat()) received.headers.push([name, String(one)])
      }
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => resolve({ ...received, body: Buffer.concat(chunks) }))
    stream.on('error', reject)
    stream.on('close', () => {
      if (received.status === 0) reject(new Error(`reset with ${nameOf(stream.rstCode)}`))
    })
    stream.end(body)
  })
}

/** The name of an error code (RFC 9113 §7). */
export function nameOf(code: number): string {
  const names = Object.entries(constants).filter(([name]) => name.startsWith('NGHTTP2_') && !name.includes('FLAG'))
  const found = names.find(
    ([name, value]) => value === code && /_(ERROR|STREAM|CALM|CANCEL|CLOSED|INADEQUATE.*)$/.test(name),
  )
  return found?.[0].replace('NGHTTP2_', '') ?? String(code)
}
