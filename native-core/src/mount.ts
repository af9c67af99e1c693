import { HttpError } from './problem.ts'
import type { RequestContext } from './request-context.ts'
import type { FetchHandler } from './route.ts'

/** Gives a fetch handler the request as a `Request`, and takes its `Response`. */
export async function bridge(handler: FetchHandler, ctx: RequestContext): Promise<Response> {
  const response = await handler(toRequest(ctx), ctx.request)
  if (!(response instanceof Response))
    throw new TypeError('a mounted handler returned something that is not a Response')
  return response
}

function toRequest(ctx: RequestContext): Request {
  const { request } = ctx
  const { method } = request
  if (forbidden.test(method)) throw new HttpError(501, `${method} cannot be handed to a mounted application`)
  const headers = request.headers()
  const address = `${request.scheme}://${headers.get('host') ?? 'localhost'}${request.url}`
  if (!URL.canParse(address)) throw new HttpError(400, 'The Host header is not a host')
  const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(ctx)
  return new Request(address, { method, headers, body, signal: ctx.signal, redirect: 'manual', duplex: 'half' })
}

/** A body that is here already costs no stream. */
function bodyOf(ctx: RequestContext): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null {
  const bytes = ctx._runtime.binding.body(ctx._handle)
  if (bytes === undefined) return ctx.request.stream()
  return bytes.byteLength === 0 ? null : (bytes as Uint8Array<ArrayBuffer>)
}

/** Methods that a `Request` cannot have (Fetch §2.2.1); TRACE would show a script what it may not read (RFC 9110 §9.3.8). */
const forbidden = /^(?:CONNECT|TRACE|TRACK)$/i
