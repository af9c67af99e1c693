import { closeSync, rmSync } from 'node:fs'
import type { Listening } from '../binding.d.ts'
import { BoltError } from '../errors.ts'
import type { Host } from '../host.ts'
import { type ListenPlan, refusal } from '../listen.ts'

/** Listening sockets that a supervisor keeps open and its workers inherit, so that no connection is lost while one of them restarts. */
export interface OpenListeners {
  /** One for each worker; the same one several times where sockets cannot share an address. */
  fds: number[]
  listening: Listening
  close(): void
}

/** Opens the sockets of `count` workers; a refusal becomes one clear sentence. */
export function openListeners({ name, binding }: Host, plan: ListenPlan, count: number): OpenListeners {
  if (name === 'fallback') {
    throw new BoltError(
      'workers-unavailable',
      'listen({ workers }): the node:http fallback has no sockets that workers could share',
      'install the native engine, or leave workers out and start several processes behind a proxy',
    )
  }
  const opened = new Set<number>()
  const open = (at: ListenPlan['at']): Listening & { fd: number } => {
    try {
      const listener = binding.openListener(JSON.stringify({ ...plan, at }))
      opened.add(listener.fd)
      return listener
    } catch (error) {
      for (const fd of opened) closeSync(fd)
      throw refusal(plan.at, error as { code?: string; message: string })
    }
  }
  const { at } = plan
  if ('descriptor' in at) {
    const fds = Array.from({ length: count }, () => at.descriptor)
    return { fds, listening: { host: '', port: 0 }, close: () => closeSync(at.descriptor) }
  }
  if ('unix' in at) {
    const { fd, ...listening } = open(at)
    const path = 'path' in listening ? listening.path : at.unix.path
    const close = (): void => {
      closeSync(fd)
      rmSync(path, { force: true })
    }
    return { fds: Array.from({ length: count }, () => fd), listening, close }
  }
  if (at.tcp.port !== 0 && !at.tcp.reusePort) {
    // Sockets that share their port would share it with another server of this user as well; one that does not share tells.
    const probe = open(at).fd
    opened.delete(probe)
    closeSync(probe)
  }
  const { fd: first, ...listening } = open({ tcp: { ...at.tcp, reusePort: true } })
  const { host, port } = listening as { host: string; port: number }
  const others = Array.from({ length: count - 1 }, () => open({ tcp: { host, port, reusePort: true } }).fd)
  const fds = [first, ...others]
  return { fds, listening, close: () => fds.forEach((fd) => void closeSync(fd)) }
}
