import { AsyncLocalStorage } from 'node:async_hooks'
import type { Dispatch, Handle, Input } from './binding.d.ts'
import type { Context } from './context.ts'
import { published, publishFinish } from './diagnostics.ts'
import { failure, type OnError } from './failure.ts'
import type { FileReply } from './file.ts'
import { takeForm } from './forms/body.ts'
import { tell } from './logger.ts'
import { compose } from './middleware.ts'
import { bridge } from './mount.ts'
import { Outgoing } from './outgoing.ts'
import { admit, checkResponse, runLibrary } from './prepare.ts'
import { HttpError } from './problem.ts'
import { type QuickText, quickTextOf } from './quick-text.ts'
import { fromResponse, fromStream, Reply, replyOf, toWire, type Wire } from './reply.ts'
import { RequestContext, type Runtime } from './request-context.ts'
import type { HandlerRunner, MountRunner, Runners, SocketRunner } from './runner.ts'
import { isStream, type StreamBody } from './source.ts'
import { accepted, type Sockets } from './websocket/dispatch.ts'

type Enter = (handle: Handle, inputs: Input[]) => string | undefined

/** Makes the function that Rust calls for each request that needs JavaScript. */
export function createDispatch(
  runtime: Runtime,
  runners: Runners,
  sockets: Sockets,
  onError: readonly OnError[],
): Dispatch {
  const enter = runners.map((runner) => {
    if (runner === undefined) return undefined
    if (runner.kind === 'socket') return enterSocket(runtime, runner, sockets, onError)
    return runner.kind === 'mount' ? enterMount(runtime, runner, onError) : enterHandler(runtime, runner, onError)
  })
  return (route, handle, ...inputs) => (enter[route] as Enter)(handle, inputs)
}

function enterHandler(runtime: Runtime, runner: HandlerRunner, onError: readonly OnError[]): Enter {
  const { status } = runner
  const settle = settler(runtime, onError)
  const quickText = quickTextOf(runtime.binding, status)
  const later = answerLater(status, quickText, settle)
  const run = runOf(runner)
  return (handle, inputs) => {
    const ctx = new RequestContext(runtime, runner, handle, inputs)
    try {
      const value = published(ctx, runner.label, run)
      if (ctx._set === undefined) {
        const text = quickText(handle, value)
        if (text !== undefined) {
          answered(ctx, status)
          return text
        }
      }
      if (isThenable(value)) later(ctx, value)
      else if (isPiecewise(value)) settle(ctx, status, value)
      else send(ctx, toWire(value, status, ctx._set))
    } catch (error) {
      settle(ctx, status, Promise.reject(error))
    }
    return undefined
  }
}

/** The handler with what its route asks for before and after it, and nothing that it does not ask for. */
function runOf(runner: HandlerRunner): HandlerRunner['handler'] {
  const { middleware } = runner
  const handler = middleware.length === 0 ? runner.handler : compose(middleware, keepContext(runner.handler))
  const isAdmitted = runner.asks.length > 0 || runner.claims.length > 0 || runner.revoked.length > 0
  const isCompleted = runner.library.length > 0
  const isChecked = runner.responses.size > 0 || runner.response !== null
  if (!isAdmitted && !isCompleted && !isChecked && runner.form === null) return handler
  return async (context) => {
    const ctx = context as unknown as RequestContext
    if (isAdmitted) await admit(ctx, runner)
    if (isCompleted) await runLibrary(ctx, runner)
    const discard = runner.form === null ? undefined : await takeForm(ctx, runner.form)
    try {
      const value = await handler(context)
      if (isChecked) await checkResponse(runner, value)
      return value
    } finally {
      if (discard !== undefined) afterwards(ctx, discard)
    }
  }
}

/**
 * A handler within middleware, which may have called it in an `AsyncLocalStorage.run`: a stream that it returns is read after that has returned,
 * but in the same context.
 */
function keepContext(handler: HandlerRunner['handler']): HandlerRunner['handler'] {
  return (ctx) => {
    const keep = (value: unknown): unknown => {
      if (isPiecewise(value)) (ctx as unknown as RequestContext)._within = AsyncLocalStorage.snapshot()
      return value
    }
    const value = handler(ctx)
    return isThenable(value) ? value.then(keep) : keep(value)
  }
}

/** Does something once the answer that is about to be given was sent: it may be one of the files. */
function afterwards(ctx: RequestContext, discard: () => Promise<void>): void {
  setImmediate(() => {
    discard().catch((error: unknown) =>
      tell(() => ctx._runtime.logger, 'error', { err: error }, 'files of a form could not be removed'),
    )
  })
}

/** Answers with what a handler promised: the quick way if its value allows, else as `settle` does. */
function answerLater(status: number, quickText: QuickText, settle: Settle) {
  return (ctx: RequestContext, pending: PromiseLike<unknown>): void => {
    Promise.resolve(pending).then(
      (value) => {
        try {
          const text = ctx._set === undefined ? quickText(ctx._handle, value) : undefined
          if (text === undefined) return settle(ctx, status, value)
          answered(ctx, status)
          ctx._runtime.binding.complete(ctx._handle, text)
        } catch (error) {
          settle(ctx, status, Promise.reject(error))
        }
      },
      (error: unknown) => settle(ctx, status, Promise.reject(error)),
    )
  }
}

function enterMount(runtime: Runtime, runner: MountRunner, onError: readonly OnError[]): Enter {
  const settle = settler(runtime, onError)
  const standIn = standInFor(runner)
  const handler = compose(
    runner.middleware,
    keepContext((ctx) => bridge(runner.handler, ctx as unknown as RequestContext)),
  )
  return (handle) => {
    const ctx = new RequestContext(runtime, standIn, handle, [])
    settle(ctx, 200, published(ctx, runner.label, handler))
    return undefined
  }
}

/** Lets the chain of a WebSocket route decide; whatever it gives but a socket is the answer to the request. */
function enterSocket(runtime: Runtime, runner: SocketRunner, sockets: Sockets, onError: readonly OnError[]): Enter {
  const settle = settler(runtime, onError)
  const last = (ctx: Context): unknown => sockets.accept(ctx as unknown as RequestContext, runner)
  const run = runOf({ ...runner.request, handler: last })
  return (handle, inputs) => {
    const ctx = new RequestContext(runtime, runner.request, handle, inputs)
    const answer = (value: unknown): void => {
      if (value !== accepted) settle(ctx, 200, value)
    }
    const refuse = (error: unknown): void => settle(ctx, 200, Promise.reject(error))
    try {
      const value = published(ctx, runner.request.label, run)
      if (isThenable(value)) value.then(answer, refuse)
      else answer(value)
    } catch (error) {
      refuse(error)
    }
    return undefined
  }
}

type Settle = (ctx: RequestContext, status: number, value: unknown) => void

/** Answers with what a handler promised, or with its failure. */
function settler(runtime: Runtime, onError: readonly OnError[]): Settle {
  const finish = async (ctx: RequestContext, status: number, pending: unknown): Promise<void> => {
    let wire: Wire
    try {
      wire = await wireOf(await pending, status, ctx)
    } catch (error) {
      wire = await failure(ctx, error, onError, (value) => wireOf(value, 500, ctx))
    }
    try {
      send(ctx, wire)
    } catch (error) {
      send(ctx, await failure(ctx, error, [], (value) => wireOf(value, 500, ctx)))
    }
  }
  return (ctx, status, pending) => {
    finish(ctx, status, pending).catch((error: unknown) => {
      tell(() => runtime.logger, 'error', { err: error }, 'an answer could not be sent')
    })
  }
}

/** Whether an answer may have to be sent piece by piece. */
function isPiecewise(value: unknown): boolean {
  return value instanceof Response || isStream(value instanceof Reply ? value.value : value)
}

function wireOf(value: unknown, status: number, ctx: RequestContext): Wire | Promise<Wire> {
  if (!isPiecewise(value)) return toWire(value, status, ctx._set)
  const open = (stream: StreamBody): Outgoing => new Outgoing(ctx, stream)
  if (value instanceof Response) return fromResponse(open, value, ctx._set)
  return fromStream(open, () => replyOf(value, status, ctx._set))
}

function send(ctx: RequestContext, wire: Wire): void {
  const { status, headers, stream, file } = wire
  if (stream !== undefined) {
    publishFinish(ctx, ctx._runner.label, status)
    stream.start(status, headers, wire.length)
    return
  }
  if (file !== undefined) sendFile(ctx, file, status, headers)
  else ctx._runtime.binding.respond(ctx._handle, status, headers, wire.body)
  answered(ctx, status)
}

function sendFile(ctx: RequestContext, file: FileReply, status: number, headers: string[] | undefined): void {
  const { path, root, type, cacheControl } = file
  const outcome = ctx._runtime.binding.respondFile(ctx._handle, status, headers, path, root, type, cacheControl)
  if (outcome === 'missing') throw new HttpError(404, 'There is no such file')
}

/** The request is answered: its `signal` can no longer fire, and nobody reads its body any more. */
function answered(ctx: RequestContext, status: number): void {
  const { controllers, incoming } = ctx._runtime
  if (controllers.size > 0) controllers.delete(ctx._handle)
  if (incoming.size > 0) incoming.get(ctx._handle)?.abort()
  publishFinish(ctx, ctx._runner.label, status)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** A mount has no schemas; its context reads nothing but the request itself. */
function standInFor(mount: MountRunner): HandlerRunner {
  return {
    kind: 'handler',
    label: mount.label,
    handler: () => {
      throw new HttpError(500, 'a mount has no handler of its own')
    },
    status: 200,
    params: { offset: 0, names: [], normalise: null },
    query: null,
    headers: null,
    cookies: null,
    body: null,
    streamBody: true,
    form: null,
    library: [],
    hasAuth: false,
    asks: [],
    guards: [],
    revoked: [],
    claims: [],
    middleware: [],
    responses: new Map(),
    response: null,
  }
}
