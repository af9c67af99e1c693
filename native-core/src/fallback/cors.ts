import type { IncomingHttpHeaders } from 'node:http'
import type { CorsPlan } from '../plan.ts'

/** Headers that allow a request's origin to read the answer; also on errors, so that a 413 does not look like a CORS failure. */
export function corsHeaders(cors: CorsPlan | null, headers: IncomingHttpHeaders): string[] {
  if (cors === null) return []
  const any = cors.origins.includes('*')
  const vary = any ? [] : ['vary', 'Origin']
  const { origin } = headers
  if (origin === undefined || !(any || cors.origins.includes(origin))) return vary
  const allowed = ['access-control-allow-origin', any ? '*' : origin, ...vary]
  if (cors.credentials) allowed.push('access-control-allow-credentials', 'true')
  if (cors.exposeHeaders.length > 0) allowed.push('access-control-expose-headers', cors.exposeHeaders.join(', '))
  return allowed
}

export function isPreflight(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** What a preflight adds to `corsHeaders`. */
export function preflightHeaders(cors: CorsPlan, headers: IncomingHttpHeaders): string[] {
  const isAllowed = cors.origins.includes('*') || cors.origins.includes(headers.origin as string)
  if (!isAllowed) return []
  return [
    'access-control-allow-methods',
    cors.methods.join(', '),
    ...(cors.allowHeaders.length === 0 ? [] : ['access-control-allow-headers', cors.allowHeaders.join(', ')]),
    'access-control-max-age',
    String(cors.maxAge),
  ]
}
