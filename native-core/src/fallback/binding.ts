import type { Handle } from '../binding.d.ts'
import type { HostBinding } from '../host.ts'
import type { ListenPlan } from '../listen.ts'
import type { AppPlan } from '../plan.ts'
import type { TlsPlan } from '../tls.ts'
import type { Exchange } from './exchange.ts'
import { listenFault } from './listen.ts'
import { FallbackServer } from './server.ts'
import type { FallbackSocket } from './socket.ts'

/** The node:http host: the same interface as the Rust engine, for platforms without a binary and for the contract tests. */
export function createFallback(): HostBinding {
  const servers = new Map<number, FallbackServer>()
  const exchanges = new Map<Handle, Exchange>()
  const server = (id: number): FallbackServer => {
    const found = servers.get(id)
    if (found === undefined) throw new Error(`there is no server ${id}`)
    return found
  }
  const socket = (handle: Handle): FallbackSocket | undefined => exchanges.get(handle)?.sockets?.get(handle)
  let next = 1
  return {
    createServer: (plan, dispatch, event, socket) => {
      const id = next++
      servers.set(id, new FallbackServer(JSON.parse(plan) as AppPlan, { dispatch, event, socket, exchanges }))
      return id
    },
    setTls: (id, plan) => server(id).setTls(JSON.parse(plan) as TlsPlan),
    listen: (id, plan) => server(id).listen(JSON.parse(plan) as ListenPlan),
    openListener: () => {
      throw listenFault('ENOTSUP', 'the node:http fallback cannot open sockets for other processes')
    },
    close: (id, grace, idle, done) => server(id).close(grace, idle, done),
    inject: (id, bytes, peer, done) => server(id).inject(bytes, peer, done),
    respond: (handle, status, headers, body) => exchanges.get(handle)?.respond(status, headers, body) ?? false,
    respondFile: (handle, status, headers, path, root, type, cacheControl) =>
      exchanges.get(handle)?.respondFile(status, headers ?? [], { path, root, type, cacheControl }) ?? 'over',
    complete: (handle, text) => exchanges.get(handle)?.complete(text) ?? false,
    setText: (handle, isText) => exchanges.get(handle)?.setText(isText) ?? false,
    start: (handle, status, headers, length) => exchanges.get(handle)?.start(status, headers, length),
    push: (handle, chunk) => exchanges.get(handle)?.push(chunk) ?? -1,
    finish: (handle) => exchanges.get(handle)?.finish() ?? false,
    cut: (handle) => exchanges.get(handle)?.cut() ?? false,
    read: (handle) => exchanges.get(handle)?.upload?.read(),
    accept: (handle, headers) => exchanges.get(handle)?.accept?.(headers ?? []),
    socketDone: (handle) => socket(handle)?.done() ?? false,
    socketSend: (handle, data) => socket(handle)?.send(data) ?? -1,
    socketBuffered: (handle) => socket(handle)?.buffered ?? -1,
    socketClose: (handle, code, reason) => socket(handle)?.close(code, reason) ?? false,
    socketSubscribe: (handle, topic) => exchanges.get(handle)?.sockets?.subscribe(handle, topic) ?? false,
    socketUnsubscribe: (handle, topic) => exchanges.get(handle)?.sockets?.unsubscribe(handle, topic) ?? false,
    socketPublish: (handle, topic, data) => exchanges.get(handle)?.sockets?.publish(topic, data, handle) ?? 0,
    publish: (id, topic, data) => server(id).publish(topic, data),
    method: (handle) => exchanges.get(handle)?.method,
    target: (handle) => exchanges.get(handle)?.target,
    header: (handle, name) => exchanges.get(handle)?.header(name),
    headers: (handle) => exchanges.get(handle)?.headers(),
    scheme: (handle) => exchanges.get(handle)?.scheme,
    clientCertificate: (handle) => exchanges.get(handle)?.clientCertificate,
    address: (handle) => exchanges.get(handle)?.address,
    body: (handle) => exchanges.get(handle)?.body,
    requestId: (handle) => exchanges.get(handle)?.requestId,
    claims: (handle) => exchanges.get(handle)?.claims,
    setKeys: (id, auth, jwks) => server(id).setKeys(auth, JSON.parse(jwks) as { keys: Array<Record<string, unknown>> }),
    stats: (id) => server(id).stats(),
    metrics: (id) => server(id).observer.metrics(),
    takeLog: (id) => server(id).observer.takeLog(),
  }
}
