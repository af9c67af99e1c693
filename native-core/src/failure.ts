import type { Context } from './context.ts'
import { publishError } from './diagnostics.ts'
import { tell } from './logger.ts'
import { HttpError, PROBLEM_TYPE, problemBody } from './problem.ts'
import { Refusal } from './refusal.ts'
import { mergeHeaders, pushHeader, type Wire } from './reply.ts'
import type { RequestContext } from './request-context.ts'

/** Looks at an error that a handler threw; what it returns is the answer, undefined leaves the usual one. */
export type OnError = (error: unknown, ctx: Context) => unknown

type Render = (value: unknown) => Wire | Promise<Wire>

/** The answer to an error: the hooks' if one gives any, else a problem document. There always is one, whatever was thrown. */
export async function failure(
  ctx: RequestContext,
  error: unknown,
  hooks: readonly OnError[],
  render: Render,
): Promise<Wire> {
  try {
    return await answerTo(ctx, error, hooks, render)
  } catch (fault) {
    // It has a header that would split the response, or throws when it is looked at.
    logFailure(ctx, fault, 'an error could not be answered as it asks for')
    return problemWire(ctx, unexpected())
  }
}

async function answerTo(ctx: RequestContext, error: unknown, hooks: readonly OnError[], render: Render): Promise<Wire> {
  if (error instanceof Refusal) return problemWire(ctx, error)
  publishError(ctx, ctx._runner.label, error)
  // A body or a signal that ended with its client, who gets no answer: nothing failed here.
  if (isAbort(error) && ctx._runtime.binding.method(ctx._handle) === undefined) return problemWire(ctx, unexpected())
  for (const hook of hooks) {
    try {
      const value = await hook(error, ctx)
      if (value !== undefined) return await render(value)
    } catch (inner) {
      tell(() => ctx.log, 'error', { err: inner }, 'onError itself failed')
    }
  }
  if (error instanceof HttpError) {
    if (error.status >= 500) logFailure(ctx, error)
    return problemWire(ctx, error)
  }
  logFailure(ctx, error)
  return problemWire(ctx, unexpected())
}

function unexpected(): HttpError {
  return new HttpError(500, 'Something went wrong; the log has the details under this request id')
}

/** True for what the body and the signal of a request throw that is over. */
export function isAbort(error: unknown): boolean {
  try {
    return (error as Error | null)?.name === 'AbortError'
  } catch {
    return false
  }
}

/** One line for what the client is not told. */
export function logFailure(ctx: RequestContext, error: unknown, message = 'request failed'): void {
  const { id, method, path } = ctx.request
  const fields = { err: error, requestId: id, method, path, route: ctx._runner.label }
  tell(() => ctx.log, 'error', fields, message)
}

function problemWire(ctx: RequestContext, error: HttpError): Wire {
  const own: string[] = []
  for (const [name, value] of Object.entries(error.headers)) pushHeader(own, name, value)
  const { status, code, message, errors } = error
  const body = problemBody({
    status,
    detail: message,
    code,
    requestId: ctx.request.id,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  })
  return { status, headers: mergeHeaders(['content-type', PROBLEM_TYPE], own), body }
}
