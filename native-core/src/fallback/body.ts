import type { Exchange } from './exchange.ts'
import { Rejection } from './rejection.ts'

/** Reads the whole body, at most `limit` bytes. */
export async function readBody(exchange: Exchange, limit: number): Promise<Uint8Array> {
  const { req } = exchange
  assertFits(exchange, limit)
  if (exchange.header('expect') !== undefined) exchange.res.writeContinue()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Refuses a body that is announced larger than it may be. */
export function assertFits(exchange: Exchange, limit: number): void {
  if (Number(exchange.header('content-length') ?? 0) > limit) throw tooLarge(limit)
}

/** True when the request has a body at all. */
export function hasBody(exchange: Exchange): boolean {
  return exchange.header('transfer-encoding') !== undefined || Number(exchange.header('content-length') ?? 0) > 0
}

export function tooLarge(limit: number): Rejection {
  return new Rejection('body-too-large', `The body is larger than ${limit} bytes (limits.bodyBytes)`, {
    headers: ['connection', 'close'],
  })
}
