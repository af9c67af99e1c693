import type { Context } from './context.ts'
import { publishError } from './diagnostics.ts'
import { Refusal } from './prepare.ts'
import { HttpError, PROBLEM_TYPE, problemBody } from './problem.ts'
import { mergeHeaders, pushHeader, type Wire } from './reply.ts'
import type { RequestContext } from './request-context.ts'

/** Looks at an error that a handler threw; what it returns is the answer, undefined leaves the usual one. */
export type OnError = (error: unknown, ctx: Context) => unknown

/** The answer to an error: the hooks' if one gives any, else a problem document. */
export async function failure(
  ctx: RequestContext,
  error: unknown,
  hooks: readonly OnError[],
  render: (value: unknown) => Wire | Promise<Wire>,
): Promise<Wire> {
  if (error instanceof Refusal) return problemWire(ctx, error)
  publishError(ctx, ctx._runner.label, error)
  for (const hook of hooks) {
    try {
      const value = await hook(error, ctx)
      if (value !== undefined) return await render(value)
    } catch (inner) {
      ctx.log.error({ err: inner }, 'onError itself failed')
    }
  }
  if (error instanceof HttpError) {
    if (error.status >= 500) logFailure(ctx, error)
    return problemWire(ctx, error)
  }
  logFailure(ctx, error)
  return problemWire(ctx, new HttpError(500, 'Something went wrong; the log has the details under this request id'))
}

/** One line for what the client is not told. */
export function logFailure(ctx: RequestContext, error: unknown, message = 'request failed'): void {
  const { id, method, path } = ctx.request
  ctx.log.error({ err: error, requestId: id, method, path, route: ctx._runner.label }, message)
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
