import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { resolve as resolvePath } from 'node:path'
import type { Listening } from '../binding.d.ts'
import type { ListenPlan } from '../listen.ts'

/** An error with a code, as the native engine throws them. */
export function listenFault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/** Listens as the native engine does. */
export async function listenOn(server: Server, { at, backlog, io }: ListenPlan): Promise<Listening> {
  if (io === 'thread')
    throw listenFault('ENOTSUP', "the node:http fallback has no thread of its own: leave io: 'thread' out")
  if ('descriptor' in at) return open(server, () => server.listen({ fd: at.descriptor, backlog }))
  if ('tcp' in at) {
    if (at.tcp.reusePort && !canShare())
      throw listenFault(
        'ENOTSUP',
        `node:http of Node ${process.versions.node} cannot share ports: it takes 22.12 or 23.1`,
      )
    return open(server, () => server.listen({ ...at.tcp, backlog }))
  }
  const path = resolvePath(at.unix.path)
  const listen = (): Promise<Listening> =>
    open(server, () => {
      server.listen({ path, backlog })
      // Paths are bound at once, unlike ports; a failure is reported by an event.
      if (at.unix.mode !== null && server.listening) chmodSync(path, at.unix.mode)
    })
  try {
    return await listen()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !(await removeStale(path))) throw error
    return listen()
  }
}

function open(server: Server, listen: () => void): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      const address = server.address()
      if (typeof address === 'string') resolve({ path: address })
      else if (address !== null) resolve({ host: address.address, port: address.port })
    })
    listen()
  })
}

function canShare(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
}

/** Removes a socket file that nobody listens on any more; whether it did. */
async function removeStale(path: string): Promise<boolean> {
  const identity = (): string | undefined => {
    const file = lstatSync(path, { bigint: true })
    return file.isSocket() ? [file.dev, file.ino, file.ctimeNs].join() : undefined
  }
  const before = identity()
  if (before === undefined) throw listenFault('EEXIST', `listen on ${path}: there is a file that is no socket`)
  const refused = await new Promise((done) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      done(false)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'))
  })
  // Another process may have put its own there in the meantime.
  if (!refused || identity() !== before) return false
  unlinkSync(path)
  return true
}
