import type { Context } from './context.ts'
import { HttpError } from './problem.ts'
import type { FetchHandler } from './route.ts'

/** Gives a fetch handler the request as a `Request`, and takes its `Response`. */
export async function bridge(handler: FetchHandler, ctx: Context): Promise<Response> {
  const response = await handler(toRequest(ctx), ctx.request)
  if (!(response instanceof Response))
    throw new TypeError('a mounted handler returned something that is not a Response')
  return response
}

function toRequest(ctx: Context): Request {
  const { request } = ctx
  const { method } = request
  const headers = request.headers()
  const address = `http://${headers.get('host') ?? 'localhost'}${request.url}`
  if (!URL.canParse(address)) throw new HttpError(400, 'The Host header is not a host')
  const bytes = method === 'GET' || method === 'HEAD' ? undefined : request.bytes()
  const body = bytes === undefined || bytes.byteLength === 0 ? null : (bytes as Uint8Array<ArrayBuffer>)
  return new Request(address, { method, headers, body, signal: ctx.signal, redirect: 'manual' })
}
