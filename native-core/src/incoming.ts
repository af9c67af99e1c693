import type { Handle } from './binding.d.ts'
import { abortRequest } from './events.ts'
import type { Runtime } from './request-context.ts'

/** The body of one request, read from the host when its consumer wants more. */
export class Incoming {
  readonly stream: ReadableStream<Uint8Array>
  readonly #runtime: Runtime
  readonly #handle: Handle
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #resume: (() => void) | undefined

  constructor(runtime: Runtime, handle: Handle) {
    this.#runtime = runtime
    this.#handle = handle
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#pull(),
        cancel: () => this.#end(),
      },
      // Nothing is read, and no waiting client told to go on, before somebody wants it.
      { highWaterMark: 0 },
    )
    runtime.incoming.set(handle, this)
  }

  /** More came. */
  readable(): void {
    this.#resume?.()
    this.#resume = undefined
  }

  /** Nothing more comes. */
  abort(): void {
    if (this.#controller === undefined) return
    this.#controller.error(new DOMException('The request is over, its body was not read to the end', 'AbortError'))
    this.#end()
  }

  async #pull(): Promise<void> {
    const { binding } = this.#runtime
    while (this.#controller !== undefined) {
      const bytes = binding.read(this.#handle)
      if (bytes === null) {
        this.#controller.close()
        return this.#end()
      }
      if (bytes !== undefined) return this.#controller.enqueue(bytes)
      if (binding.method(this.#handle) === undefined) return abortRequest(this.#runtime, this.#handle)
      await new Promise<void>((resolve) => {
        this.#resume = resolve
      })
    }
  }

  #end(): void {
    this.#controller = undefined
    this.#runtime.incoming.delete(this.#handle)
    this.readable()
  }
}
