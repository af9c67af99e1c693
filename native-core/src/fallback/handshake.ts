import type { SocketRoute } from '../plan.ts'
import type { Exchange } from './exchange.ts'
import { Rejection } from './rejection.ts'

/** Refuses a request that is no handshake (RFC 6455 §4.2.1), or of a page that may not make it. */
export function assertHandshake(exchange: Exchange, route: SocketRoute): void {
  const { req } = exchange
  const lists = (name: string, token: string): boolean =>
    (exchange.header(name) ?? '').split(',').some((item) => item.trim().toLowerCase() === token)
  const isHttp11 = req.httpVersion === '1.1'
  if (exchange.method !== 'GET' || !isHttp11 || !lists('upgrade', 'websocket') || !lists('connection', 'upgrade'))
    throw upgradeRequired('This is a WebSocket: ask for it by GET with Upgrade: websocket and Connection: Upgrade.')
  const all = (name: string): string[] => req.headersDistinct[name] ?? []
  const versions = all('sec-websocket-version')
  if (versions.length !== 1 || versions[0] !== '13')
    throw upgradeRequired('The version of the WebSocket protocol is 13.')
  const [key = '', ...more] = all('sec-websocket-key')
  if (more.length > 0 || !/^[+/0-9A-Za-z]{21}[AQgw]==$/.test(key))
    throw new Rejection('bad-request', 'Sec-WebSocket-Key must be 16 bytes in base64.')
  if (req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0)
    throw new Rejection('bad-request', 'A request for a WebSocket has no body.')
  const origins = all('origin')
  const isAdmitted = origins.every((origin) => admits(route, origin, exchange.header('host') ?? ''))
  if (origins.length > 1 || !isAdmitted)
    throw new Rejection('forbidden', 'Pages of this origin may not open this WebSocket.')
}

function upgradeRequired(detail: string): Rejection {
  const headers = ['upgrade', 'websocket', 'connection', 'upgrade', 'sec-websocket-version', '13']
  return new Rejection('upgrade-required', detail, { headers })
}

function admits(route: SocketRoute, origin: string, host: string): boolean {
  if (route.origins !== null)
    return route.origins.some((known) => known === '*' || known.toLowerCase() === origin.toLowerCase())
  // The scheme is not compared, as a proxy may have ended TLS.
  const [, scheme, authority = ''] = /^(https?):\/\/(.+)$/i.exec(origin) ?? []
  if (scheme === undefined) return false
  const own = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  const bare = (name: string): string => (name.endsWith(own) ? name.slice(0, -own.length) : name).toLowerCase()
  return bare(authority) === bare(host)
}
