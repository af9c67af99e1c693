import { type Channel, channel } from 'node:diagnostics_channel'
import type { Context } from './context.ts'

/**
 * What is published on the channels `bolt:request:start`, `bolt:request:finish` and `bolt:request:error` of `node:diagnostics_channel`. One
 * request has one message, which gets more properties as it goes on. Requests that Rust answers itself are not published.
 */
export interface RequestMessage {
  /** What the handler sees. */
  readonly ctx: Context
  /** Method and path pattern: `GET /notes/:id`. */
  readonly route: string
  /** Status of the answer; from `finish` on. */
  status?: number
  /** What the handler threw; from `error` on. */
  error?: unknown
}

type Requests = Channel<unknown, RequestMessage>

const start = channel('bolt:request:start') as Requests
const finish = channel('bolt:request:finish') as Requests
const failed = channel('bolt:request:error') as Requests

const messages = new WeakMap<Context, RequestMessage>()

/** Runs a handler; stores bound to `bolt:request:start` hold in it. */
export function published<T>(ctx: Context, route: string, run: (ctx: Context) => T): T {
  if (!start.hasSubscribers) return run(ctx)
  return start.runStores(messageOf(ctx, route), run, undefined, ctx) as T
}

/** The answer is there, or begins. */
export function publishFinish(ctx: Context, route: string, status: number): void {
  if (finish.hasSubscribers) finish.publish(Object.assign(messageOf(ctx, route), { status }))
}

/** The handler threw; `finish` with the status that is answered follows. */
export function publishError(ctx: Context, route: string, error: unknown): void {
  if (failed.hasSubscribers) failed.publish(Object.assign(messageOf(ctx, route), { error }))
}

function messageOf(ctx: Context, route: string): RequestMessage {
  const message = messages.get(ctx) ?? { ctx, route }
  messages.set(ctx, message)
  return message
}
