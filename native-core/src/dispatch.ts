import type { Dispatch, Handle, Input } from './binding.d.ts'
import { failure, type OnError } from './failure.ts'
import { compose } from './middleware.ts'
import { bridge } from './mount.ts'
import { admit, checkResponse, runLibrary } from './prepare.ts'
import { HttpError } from './problem.ts'
import { fromResponse, toWire, type Wire } from './reply.ts'
import { RequestContext, type Runtime } from './request-context.ts'
import type { HandlerRunner, MountRunner, Runners } from './runner.ts'

type Enter = (handle: Handle, inputs: Input[]) => string | undefined

/** Makes the function that Rust calls for each request that needs JavaScript. */
export function createDispatch(runtime: Runtime, runners: Runners, onError: readonly OnError[]): Dispatch {
  const enter = runners.map((runner) => {
    if (runner === undefined) return undefined
    return runner.kind === 'mount' ? enterMount(runtime, runner, onError) : enterHandler(runtime, runner, onError)
  })
  const { isolate } = runtime
  if (isolate === null) return (route, handle, ...inputs) => (enter[route] as Enter)(handle, inputs)
  return (route, handle, ...inputs) => isolate(enter[route] as Enter, handle, inputs)
}

function enterHandler(runtime: Runtime, runner: HandlerRunner, onError: readonly OnError[]): Enter {
  const isPlain =
    runner.asks.length === 0 &&
    runner.claims.length === 0 &&
    runner.library.length === 0 &&
    runner.middleware.length === 0
  const isChecked = runner.responses.size > 0 || runner.response !== null
  const settle = settler(runtime, onError)
  const handler = runner.middleware.length === 0 ? runner.handler : compose(runner.middleware, runner.handler)
  if (!isPlain || isChecked) {
    return (handle, inputs) => {
      const ctx = new RequestContext(runtime, runner, handle, inputs)
      settle(ctx, runner.status, fullRun(ctx, runner, handler))
      return undefined
    }
  }
  const { status } = runner
  return (handle, inputs) => {
    const ctx = new RequestContext(runtime, runner, handle, inputs)
    try {
      const value = handler(ctx)
      if (isThenable(value)) {
        settle(ctx, status, value)
        return undefined
      }
      if (ctx._set === undefined && isJson(value, status)) return JSON.stringify(value)
      if (value instanceof Response) settle(ctx, status, value)
      else send(ctx, toWire(value, status, ctx._set))
    } catch (error) {
      settle(ctx, status, Promise.reject(error))
    }
    return undefined
  }
}

async function fullRun(
  ctx: RequestContext,
  runner: HandlerRunner,
  handler: HandlerRunner['handler'],
): Promise<unknown> {
  await admit(ctx, runner)
  await runLibrary(ctx, runner)
  const value = await handler(ctx)
  await checkResponse(runner, value)
  return value
}

function enterMount(runtime: Runtime, runner: MountRunner, onError: readonly OnError[]): Enter {
  const settle = settler(runtime, onError)
  const standIn = standInFor(runner)
  const handler = compose(runner.middleware, (ctx) => bridge(runner.handler, ctx))
  return (handle) => {
    const ctx = new RequestContext(runtime, standIn, handle, [])
    settle(ctx, 200, handler(ctx))
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
      runtime.logger.error({ err: error }, 'an answer could not be sent')
    })
  }
}

function wireOf(value: unknown, status: number, ctx: RequestContext): Wire | Promise<Wire> {
  return value instanceof Response ? fromResponse(value, ctx._set) : toWire(value, status, ctx._set)
}

function send(ctx: RequestContext, wire: Wire): void {
  const { binding, controllers } = ctx._runtime
  if (controllers.size > 0) controllers.delete(ctx._handle)
  binding.respond(ctx._handle, wire.status, wire.headers, wire.body)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** True for plain objects and lists: the answer is their JSON, with the route's status. */
function isJson(value: unknown, status: number): boolean {
  if (typeof value !== 'object' || value === null || status === 204) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
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
    library: [],
    hasAuth: false,
    asks: [],
    guards: [],
    claims: [],
    middleware: [],
    responses: new Map(),
    response: null,
  }
}
