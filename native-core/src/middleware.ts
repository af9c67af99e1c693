import type { Context } from './context.ts'
import type { AnyHandler } from './declared.ts'
import type { Middleware } from './route.ts'

/** One function that runs the middleware around a handler. A middleware that returns undefined lets what `next` gave stand. */
export function compose(middleware: readonly Middleware[], handler: AnyHandler): AnyHandler {
  return middleware.reduceRight<AnyHandler>((inner, outer) => wrap(outer, inner), handler)
}

function wrap(middleware: Middleware, inner: AnyHandler): AnyHandler {
  return async (ctx: Context) => {
    let isCalled = false
    let given: unknown
    const value = await middleware(ctx, async () => {
      if (isCalled) throw new Error('a middleware called next() twice')
      isCalled = true
      given = await inner(ctx)
      return given
    })
    return value === undefined ? given : value
  }
}
