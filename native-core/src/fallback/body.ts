import { type Exchange, Rejection } from './exchange.ts'

/** Reads the whole body, at most `limit` bytes. */
export async function readBody(exchange: Exchange, limit: number): Promise<Uint8Array> {
  const { req } = exchange
  if (Number(exchange.header('content-length') ?? 0) > limit) throw tooLarge(limit)
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

function tooLarge(limit: number): Rejection {
  return new Rejection('body-too-large', `The body is larger than ${limit} bytes (limits.bodyBytes)`, {
    headers: ['connection', 'close'],
  })
}
