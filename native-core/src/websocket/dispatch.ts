import type { SocketEvent } from '../binding.d.ts'
import type { Context } from '../context.ts'
import { publishFinish } from '../diagnostics.ts'
import { tell } from '../logger.ts'
import type { RequestContext } from '../request-context.ts'
import type { SocketRunner } from '../runner.ts'
import { type Violation, violationsOf } from '../violation.ts'
import type { AnySocketHandlers } from './options.ts'
import { LiveSocket } from './socket.ts'

/** Kinds of events, as in binding.d.ts. */
const MESSAGE = 0
const INVALID = 1
const DRAINED = 2

/** What a handler chain gives when its request became a socket: there is nothing to answer any more. */
export const accepted: unique symbol = Symbol('accepted')

interface Entry {
  socket: LiveSocket
  runner: SocketRunner
}

/** All open sockets of an application, by the place that the host gave them. */
export class Sockets {
  readonly #entries: Array<Entry | undefined> = []

  /** The last link of a route's chain: decides, accepts and opens. */
  accept(ctx: RequestContext, runner: SocketRunner): unknown {
    const { upgrade } = runner.handlers
    const data = upgrade?.(ctx)
    if (!isThenable(data)) return this.#open(ctx, runner, data)
    return data.then((value) => this.#open(ctx, runner, value))
  }

  /** Takes an event of the host; true when a handler is still at work. */
  readonly take: SocketEvent = (place, kind, data, code) => {
    const entry = this.#entries[place]
    if (entry === undefined) return false
    const { socket, runner } = entry
    if (kind === MESSAGE) return this.#run(socket, () => messageTo(runner, socket, data as string | Uint8Array))
    const { invalid, drain, close } = runner.handlers as AnySocketHandlers
    if (kind === INVALID) return this.#run(socket, () => invalid?.(socket, JSON.parse(data as string) as Violation[]))
    if (kind === DRAINED) return this.#run(socket, () => drain?.(socket))
    this.#entries[place] = undefined
    end(socket)
    return this.#run(socket, () => close?.(socket, code, data as string))
  }

  #open(ctx: RequestContext, runner: SocketRunner, data: unknown): typeof accepted {
    const { binding } = ctx._runtime
    const found = binding.accept(ctx._handle, ctx._set)
    // The client is gone.
    if (found === undefined) return accepted
    const socket = new LiveSocket(ctx, found.protocol, data)
    publishFinish(ctx as unknown as Context, ctx._runner.label, 101)
    // Claims are the host's, and forgotten with the socket.
    if (runner.request.hasAuth) void ctx.auth
    this.#entries[found.place] = { socket, runner }
    const isBusy = this.#run(socket, () => runner.handlers.open?.(socket))
    if (!isBusy) binding.socketDone(ctx._handle)
    return accepted
  }

  /** Runs a callback. True when it is still at work; then `socketDone` is called later. */
  #run(socket: LiveSocket, callback: () => unknown): boolean {
    try {
      const result = callback()
      if (!isThenable(result)) return false
      const done = (): void => void socket._ctx._runtime.binding.socketDone(socket._handle)
      Promise.resolve(result).then(done, (error: unknown) => {
        fail(socket, error)
        done()
      })
      return true
    } catch (error) {
      fail(socket, error)
      return false
    }
  }
}

function messageTo(runner: SocketRunner, socket: LiveSocket, data: string | Uint8Array): unknown {
  const message = runner.handlers.message as ((socket: LiveSocket, message: unknown) => unknown) | undefined
  if (message === undefined) return undefined
  if (runner.message === null) return message(socket, data)
  const value: unknown = JSON.parse(data as string)
  const { rest, schema } = runner.message
  if (rest === null) return message(socket, value)
  if (rest.kind === 'normalise') return message(socket, rest.run(value))
  return completed(runner, socket, schema, value, message)
}

/** What JSON Schema cannot say of a message is left to the schema library. */
async function completed(
  runner: SocketRunner,
  socket: LiveSocket,
  schema: NonNullable<SocketRunner['message']>['schema'],
  value: unknown,
  message: (socket: LiveSocket, message: unknown) => unknown,
): Promise<void> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) {
    await message(socket, result.value)
    return
  }
  const { invalid } = runner.handlers as AnySocketHandlers
  if (invalid === undefined) socket.close(1008, 'a message that does not fit its schema')
  else await invalid(socket, violationsOf(result.issues, 'message'))
}

function fail(socket: LiveSocket, error: unknown): void {
  const { _ctx: ctx } = socket
  const fields = { err: error, requestId: ctx.request.id, route: ctx._runner.label }
  tell(() => ctx.log, 'error', fields, 'socket callback failed')
  socket.close(1011, 'internal error')
}

/** The socket's signal fires. */
function end(socket: LiveSocket): void {
  const { controllers } = socket._ctx._runtime
  controllers.get(socket._handle)?.abort()
  controllers.delete(socket._handle)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
