import { abortRequest } from './events.ts'
import { isAbort, logFailure } from './failure.ts'
import { tell } from './logger.ts'
import type { RequestContext } from './request-context.ts'
import { type Source, type StreamBody, sourceOf } from './source.ts'

/** A source that runs in the context of the handler it comes from. */
function within({ _within: run }: RequestContext, source: Source): Source {
  return run === undefined ? source : { ...source, next: () => run(source.next), cancel: () => run(source.cancel) }
}

/** Characters of short chunks that are handed to the host in one piece. */
const GATHERED = 16_384

/**
 * One answer that is sent piece by piece. It takes the next chunk when the host has sent enough of the ones before, and stops its source as
 * soon as nobody wants more. A source that fails in the middle has the connection cut: the client must not take what it got for the whole.
 */
export class Outgoing {
  readonly #ctx: RequestContext
  readonly #source: Source
  /** Chunks taken before the answer began. */
  readonly #early: Array<string | Uint8Array> = []
  #pending: ReturnType<Source['next']> | undefined
  /** Texts that came at one time. What crosses to the host costs more than what is in it, so they cross together. */
  #gathered = ''
  /** Whether the answer may say less than the source gives: then the host must see where each chunk ends. */
  #hasLength = false
  /** Until enough was sent to go on. */
  #full: { readonly drained: Promise<void>; readonly resume: () => void } | undefined
  #silence: NodeJS.Timeout | undefined
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
      const chunk = this.#source.encode(step.value)
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
        const chunk = this.#source.encode(step.value)
        this.#early.push(chunk)
        size += chunk.length
      }
      return undefined
    })
  }

  /** Begins the answer and sends what the source gives. */
  start(status: number, headers: string[] | undefined, length: number | undefined): void {
    const { _runtime: runtime, _handle: handle } = this.#ctx
    this.#hasLength = length !== undefined
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
    this.#full?.resume()
    this.#full = undefined
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
      const { opening, silence } = this.#source
      if (opening !== undefined) this.#early.unshift(opening)
      if (silence !== undefined) this.#silence = setTimeout(() => this.#breakSilence(silence.chunk), silence.after)
      for (const chunk of this.#early.splice(0)) await this.#take(chunk)
      while (!this.#isOver) {
        const pending = this.#pending ?? this.#source.next()
        this.#pending = undefined
        const step = await pending
        if (this.#isOver) return
        if (step.done === true) return this.#finish()
        const sent = this.#take(this.#source.encode(step.value))
        // Without a reason to wait there is nothing to wait for, not even a promise that has come true.
        if (sent !== undefined) await sent
      }
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

  /** Takes a chunk to send it, at the latest when all that runs now has run. A promise when to go on, if it is not at once. */
  #take(chunk: string | Uint8Array): Promise<void> | undefined {
    const most = Math.min(GATHERED, this.#ctx._runtime.streamBuffer)
    if (typeof chunk !== 'string' || chunk.length >= most || this.#hasLength) {
      this.#flush()
      return this.#send(chunk)
    }
    if (chunk === '') return undefined
    if (this.#gathered === '') process.nextTick(() => this.#flushOrFail())
    this.#gathered += chunk
    if (this.#gathered.length >= most) this.#flush()
    return this.#full?.drained
  }

  #flushOrFail(): void {
    try {
      this.#flush()
    } catch (error) {
      this.#fail(error)
    }
  }

  #flush(): void {
    if (this.#gathered === '') return
    const text = this.#gathered
    this.#gathered = ''
    this.#push(text)
  }

  /** Sends a chunk, a large one in pieces, so that never much more than the buffer is copied. */
  async #send(chunk: string | Uint8Array): Promise<void> {
    const { streamBuffer } = this.#ctx._runtime
    if (chunk.length <= streamBuffer) {
      this.#push(chunk)
      return this.#full?.drained
    }
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let at = 0; at < bytes.length && !this.#isOver; at += streamBuffer) {
      this.#push(bytes.subarray(at, at + streamBuffer))
      await this.#full?.drained
    }
  }

  #push(chunk: string | Uint8Array): void {
    if (this.#isOver) return
    const { binding, streamBuffer } = this.#ctx._runtime
    const unsent = binding.push(this.#ctx._handle, chunk)
    this.#silence?.refresh()
    if (unsent < 0) abortRequest(this.#ctx._runtime, this.#ctx._handle)
    else if (unsent > streamBuffer) this.#full ??= untilDrained()
  }

  #breakSilence(chunk: string): void {
    if (this.#full === undefined) this.#push(chunk)
    else this.#silence?.refresh()
  }

  #finish(): void {
    this.#flush()
    if (this.#isOver) return
    this.#ctx._runtime.binding.finish(this.#ctx._handle)
    this.#end()
  }

  /** The answer cannot be completed. */
  #fail(error: unknown): void {
    if (this.#isOver) {
      this.#complain(error)
      return
    }
    logFailure(this.#ctx, error, 'a streamed answer failed, its connection was cut')
    this.#flush()
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
    this.#gathered = ''
    clearTimeout(this.#silence)
    outgoing.delete(this.#ctx._handle)
    controllers.delete(this.#ctx._handle)
    incoming.get(this.#ctx._handle)?.abort()
  }
}

function untilDrained() {
  let resume: () => void = () => undefined
  const drained = new Promise<void>((resolve) => {
    resume = resolve
  })
  return { drained, resume }
}
