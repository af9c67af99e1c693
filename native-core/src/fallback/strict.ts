import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { Rejection } from './rejection.ts'

/**
 * What node:http lets through and the core does not: heads that two readers can understand differently. Its parser has taken them apart
 * already, so folded lines and the like cannot be seen any more; docs/conformance.md lists what remains.
 */
export function assertStrict(req: IncomingMessage): void {
  const values = (name: string): string[] => {
    const { rawHeaders } = req
    return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name)
  }
  const hosts = values('host')
  // HTTP/1.1 without Host is refused by node:http itself.
  if (hosts.length > 1) refuse('A request has exactly one Host header field')
  if (hosts[0] !== undefined && !isAuthority(hosts[0])) refuse('The Host header field is not a host')
  const codings = values('transfer-encoding')
  if (codings.length > 1 || (codings[0] !== undefined && codings[0].toLowerCase() !== 'chunked'))
    refuse('The only Transfer-Encoding that is understood is a single chunked')
  if (codings.length > 0 && req.httpVersion === '1.0') refuse('HTTP/1.0 has no Transfer-Encoding')
  if (!isTarget(req.method, req.url ?? '')) refuse('The target is not a path or an http URL')
}

/** Whether `close` is among the options of Connection; node:http overlooks it beside keep-alive and before a tab. */
export function saysClose({ headers }: IncomingMessage): boolean {
  const options = headers.connection?.toLowerCase().split(',') ?? []
  return options.some((option) => option.trim() === 'close')
}

/** RFC 9112 §3.2, without what neither a URI nor a browser leaves unencoded. */
function isTarget(method: string | undefined, target: string): boolean {
  if (!/^[!$-;=?-[\]_a-~]+$/.test(target)) return false
  if (target.startsWith('/')) return true
  if (target === '*') return method === 'OPTIONS'
  const authority = /^https?:\/\/([^/?]*)/i.exec(target)?.[1]
  return authority !== undefined && isAuthority(authority)
}

/** A host that is not empty, with an optional port; no user, no escapes (RFC 3986 §3.2). */
function isAuthority(text: string): boolean {
  const [, host = '', port = ''] = /^(\[.*\]|[^:]*)(?::(\d{0,5}))?$/.exec(text) ?? []
  if (Number(port) > 65_535) return false
  if (host.startsWith('[')) return !host.includes('%') && isIPv6(host.slice(1, -1))
  return /^[\w\-.~!$&'()*+,;=]+$/.test(host)
}

function refuse(detail: string): never {
  throw new Rejection('bad-request', detail)
}
