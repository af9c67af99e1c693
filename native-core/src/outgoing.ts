import { abortRequest } from './events.ts'
import { isAbort, logFailure } from './failure.ts'
import { tell } from './logger.ts'
import type { RequestContext } from './request-context.ts'
import { chunkOf, type Source, type StreamBody, sourceOf } from './source.ts'

/** A source that runs in the context of the handler it comes from. */
function within({ _within: run }: RequestContext, source: Source): Source {
  return run === undefined ? source : { next: () => run(source.next), cancel: () => run(source.cancel) }
}

/**
 * One answer that is sent piece by piece. It takes the next chunk when the host has sent enough of the ones before, and stops its source as
 * soon as nobody wants more. A source that fails in the middle has the connection cut: the client must not take what it got for the whole.
 */
export class Outgoing {
  readonly #ctx: RequestContext
  readonly #source: Source
  /** Chunks taken before the answer began. */
  readonly #early: Array<string | Uint8Array> = []
  #pending: Promise<IteratorResult<unknown>> | undefined
  #resume: (() => void) | undefined
  #isOver = false

  constructor(ctx: RequestContext, stream: StreamBody) {
    this.#ctx = ctx
    this.#source = within(ctx, sourceOf(stream))
    // Asked for now, as log lines need it when the request is over.
    void ctx.request.id
    ctx._runtime.outgoing.set(ctx._handle, this)
  }

  /** Takes the first chunk, before the answer begins; undefined when there is none. */
  async first(): Promise<string | Uint8Array | undefined> {
    return this.#orEnd(async () => {
      const step = await this.#source.next()
      if (step.done === true) return undefined
      const chunk = chunkOf(step.value)
      this.#early.push(chunk)
      return chunk
    })
  }

  /** Everything, if it comes without waiting for anything but promises and is not large; else undefined, and nothing is lost. */
  async whole(): Promise<Uint8Array | undefined> {
    return this.#orEnd(async () => {
      const turn = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
      let size = 0
      while (size <= this.#ctx._runtime.streamBuffer) {
        this.#pending = this.#source.next()
        const step = await Promise.race([this.#pending, turn])
        if (step === undefined) return undefined
        this.#pending = undefined
        if (step.done === true) {
          this.#end()
          return Buffer.concat(this.#early.map((chunk) => Buffer.from(chunk as string)))
        }
        const chunk = chunkOf(step.value)
        this.#early.push(chunk)
        size += chunk.length
      }
      return undefined
    })
  }

  /** Begins the answer and sends what the source gives. */
  start(status: number, headers: string[] | undefined, length: number | undefined): void {
    const { _runtime: runtime, _handle: handle } = this.#ctx
    let isWanted: boolean | undefined = false
    try {
      isWanted = runtime.binding.start(handle, status, headers, length)
    } finally {
      if (isWanted === undefined) abortRequest(runtime, handle)
      else if (!isWanted) this.abort()
    }
    if (isWanted === true) void this.#run()
  }

  /** Enough was sent to go on. */
  drained(): void {
    this.#resume?.()
    this.#resume = undefined
  }

  /** Nobody wants more. */
  abort(): void {
    if (this.#isOver) return
    this.#end()
    this.drained()
    this.#source.cancel().catch((error: unknown) => this.#complain(error))
  }

  async #run(): Promise<void> {
    try {
      for (let step = await this.#next(); step.done !== true; step = await this.#next()) {
        if (this.#isOver) return
        await this.#send(chunkOf(step.value))
        if (this.#isOver) return
      }
      if (this.#isOver) return
      this.#ctx._runtime.binding.finish(this.#ctx._handle)
      this.#end()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** What fails before the answer begins is an error like any other; the source is done with all the same. */
  async #orEnd<Value>(step: () => Promise<Value>): Promise<Value> {
    try {
      return await step()
    } catch (error) {
      this.abort()
      throw error
    }
  }

  async #next(): Promise<IteratorResult<unknown>> {
    if (this.#early.length > 0) return { done: false, value: this.#early.shift() }
    const pending = this.#pending ?? this.#source.next()
    this.#pending = undefined
    return pending
  }

  /** Sends a chunk, a large one in pieces, so that never much more than the buffer is copied. */
  async #send(chunk: string | Uint8Array): Promise<void> {
    const { binding, streamBuffer } = this.#ctx._runtime
    if (chunk.length <= streamBuffer) return this.#wait(binding.push(this.#ctx._handle, chunk))
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let at = 0; at < bytes.length && !this.#isOver; at += streamBuffer) {
      await this.#wait(binding.push(this.#ctx._handle, bytes.subarray(at, at + streamBuffer)))
    }
  }

  #wait(unsent: number): Promise<void> | undefined {
    if (unsent < 0) abortRequest(this.#ctx._runtime, this.#ctx._handle)
    if (unsent <= this.#ctx._runtime.streamBuffer) return undefined
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  /** The answer cannot be completed. */
  #fail(error: unknown): void {
    if (this.#isOver) {
      this.#complain(error)
      return
    }
    logFailure(this.#ctx, error, 'a streamed answer failed, its connection was cut')
    this.#ctx._runtime.binding.cut(this.#ctx._handle)
    this.abort()
  }

  /** What fails after the end hurts no client, but may be a mistake in how the source cleans up. */
  #complain(error: unknown): void {
    if (isAbort(error)) return
    const fields = { err: error, requestId: this.#ctx.request.id }
    tell(() => this.#ctx.log, 'warn', fields, 'a stream failed after its client was gone')
  }

  #end(): void {
    const { outgoing, incoming, controllers } = this.#ctx._runtime
    this.#isOver = true
    outgoing.delete(this.#ctx._handle)
    controllers.delete(this.#ctx._handle)
    incoming.get(this.#ctx._handle)?.abort()
  }
}
