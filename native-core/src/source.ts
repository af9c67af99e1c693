import type { Readable } from 'node:stream'
import { isUint8Array } from 'node:util/types'
import { show } from './check.ts'

/** What a handler may return to be sent piece by piece. */
export type StreamBody = ReadableStream<string | Uint8Array> | AsyncIterable<string | Uint8Array> | Readable

/** Chunks one after the other, whatever they come from. */
export interface Source {
  /** The next chunk, before `encode`; may throw. */
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>
  /** No more is wanted: what the chunks come from is told, and may clean up. */
  cancel(): Promise<unknown>
  /** A chunk as it can be sent. Throws for what can not. */
  encode(chunk: unknown): string | Uint8Array
  /** What is sent before the first chunk, and without waiting for it. */
  readonly opening: string | undefined
  /** What is sent when nothing else was for `after` milliseconds. */
  readonly silence: { readonly after: number; readonly chunk: string } | undefined
}

/** A stream whose chunks are texts of what another one gives. Whoever sends it takes them from there: one step for a chunk, not two. */
export class Encoded<Value> implements AsyncIterable<string> {
  readonly from: AsyncIterable<Value>
  readonly encode: (value: Value) => string
  readonly sent: Pick<Source, 'opening' | 'silence'>

  constructor(from: AsyncIterable<Value>, encode: (value: Value) => string, sent: Pick<Source, 'opening' | 'silence'>) {
    this.from = from
    this.encode = encode
    this.sent = sent
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void> {
    if (this.sent.opening !== undefined) yield this.sent.opening
    for await (const value of this.from) yield this.encode(value)
  }
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
    return plainSource(
      () => reader.read() as Promise<IteratorResult<unknown>>,
      () => reader.cancel(),
    )
  }
  if (stream instanceof Encoded) {
    const { next, cancel } = iteratorSource(stream.from[Symbol.asyncIterator]())
    return { next, cancel, encode: stream.encode, ...stream.sent }
  }
  const iterator = (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  if (!isNodeStream(stream)) return iteratorSource(iterator)
  return plainSource(
    () => iterator.next(),
    async () => {
      // Destroyed before its first chunk was asked for, it has nobody else to report to.
      stream.on('error', () => undefined)
      stream.destroy()
    },
  )
}

function iteratorSource(iterator: AsyncIterator<unknown>): Source {
  return plainSource(
    () => iterator.next(),
    async () => iterator.return?.(),
  )
}

function plainSource(next: Source['next'], cancel: Source['cancel']): Source {
  return { next, cancel, encode: chunkOf, opening: undefined, silence: undefined }
}

/** A chunk as it can be sent. */
function chunkOf(chunk: unknown): string | Uint8Array {
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
