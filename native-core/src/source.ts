import type { Readable } from 'node:stream'
import { isUint8Array } from 'node:util/types'
import { show } from './check.ts'

/** What a handler may return to be sent piece by piece. */
export type StreamBody = ReadableStream<string | Uint8Array> | AsyncIterable<string | Uint8Array> | Readable

/** Chunks one after the other, whatever they come from. */
export interface Source {
  next(): Promise<IteratorResult<unknown>>
  /** No more is wanted: what the chunks come from is told, and may clean up. */
  cancel(): Promise<unknown>
}

/** True for what is sent piece by piece: a `ReadableStream`, a Node stream, or anything else to iterate over asynchronously. */
export function isStream(value: unknown): value is StreamBody {
  if (typeof value !== 'object' || value === null) return false
  return typeof (value as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function' || isWebStream(value)
}

/** Begins to read a stream; nothing is taken of it yet. */
export function sourceOf(stream: StreamBody): Source {
  if (isWebStream(stream)) {
    const reader = stream.getReader()
    return { next: () => reader.read() as Promise<IteratorResult<unknown>>, cancel: () => reader.cancel() }
  }
  const iterator = (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  if (isNodeStream(stream)) {
    return {
      next: () => iterator.next(),
      cancel: async () => {
        // Destroyed before its first chunk was asked for, it has nobody else to report to.
        stream.on('error', () => undefined)
        stream.destroy()
      },
    }
  }
  return { next: async () => iterator.next(), cancel: async () => iterator.return?.() }
}

/** A chunk as it can be sent. */
export function chunkOf(chunk: unknown): string | Uint8Array {
  if (typeof chunk === 'string' || isUint8Array(chunk)) return chunk
  throw new TypeError(`a stream gave ${show(chunk)}; its chunks must be strings or Uint8Arrays`)
}

function isWebStream(value: object): value is ReadableStream {
  return typeof (value as ReadableStream).getReader === 'function'
}

function isNodeStream(value: object): value is Readable {
  const { pipe, destroy } = value as Readable
  return typeof pipe === 'function' && typeof destroy === 'function'
}
