import type { Listening } from './binding.d.ts'
import { checkShape, shape } from './check.ts'
import type { Logger } from './context.ts'
import { BoltError } from './errors.ts'
import type { Host, HostBinding } from './host.ts'
import { readTls, type TlsOptions, type TlsPlan, tlsShape } from './tls.ts'
import { type WorkerOptions, type WorkerSettings, workerSettings, workersCheck } from './workers/options.ts'

/** Where and how `app.listen` listens; give at most one of `port`, `path` and `fd`. An unknown option is refused. */
export interface ListenOptions {
  /** TCP port; 0 takes a free one. @default 3000 */
  port?: number
  /** Address to listen on; `0.0.0.0` or `::` for all. @default '127.0.0.1' */
  host?: string
  /**
   * Lets other sockets that also say so have the same port, of this process or others of the same user; the kernel spreads connections
   * over them (SO_REUSEPORT). @default false
   */
  reusePort?: boolean
  /**
   * Unix domain socket to listen on instead of a port. The file is made, and removed on close; one that a killed process left behind is
   * replaced, if nobody answers on it.
   */
  path?: string
  /** Permissions of that file, for instance `0o660`. Clients need to be allowed to write. @default what the umask leaves */
  mode?: number
  /** Number of an inherited descriptor to listen on instead of a port: a listening socket, opened by a supervisor. It is closed on close. */
  fd?: number
  /** Connections that the system completes before they are accepted; it may have a lower limit of its own. @default 1024 */
  backlog?: number
  /** Certificates; with them clients must speak TLS. */
  tls?: TlsOptions
  /**
   * Whether HTTP/2 is spoken beside HTTP/1.1: with TLS to clients that prefer it, without to those that begin with it (prior knowledge). The
   * node:http fallback speaks HTTP/1.1 only, and refuses `true`. @default true
   */
  http2?: boolean
  /**
   * Serves from several processes: this one becomes their supervisor, which runs no handler, and starts the script again as often as asked
   * for. In each of them the same call listens. Linux and macOS. @default this process alone
   */
  workers?: number | 'auto' | WorkerOptions
  /**
   * Where sockets are read and written. `'loop'`: in the event loop that runs the handlers, which is the least work for each request.
   * `'thread'`: on a thread of its own, so that answers that need no handler, and deadlines, do not wait while handlers compute.
   * @default 'loop', on Windows 'thread'
   */
  io?: 'loop' | 'thread'
  /** SIGTERM and SIGINT close the application, then the process exits with 0; a supervisor always does that. @default false */
  signals?: boolean
  /** Milliseconds that requests in flight get at shutdown. @default 10000 */
  grace?: number
}

/** Where to listen, as the hosts understand it. */
export type Place =
  | { tcp: { host: string; port: number; reusePort: boolean } }
  | { unix: { path: string; mode: number | null } }
  | { descriptor: number }

/** How to listen: what a host is told. */
export interface ListenPlan {
  at: Place
  backlog: number
  /** The engine has a default for the platform. */
  io: 'loop' | 'thread' | undefined
  tls: TlsPlan | null
  http2: boolean
}

/** Checked options, with their defaults. */
export interface ListenSettings {
  plan: ListenPlan
  workers: WorkerSettings | null
  signals: boolean
  grace: number
}

/** Options that exclude each other, and those that only make sense beside them. */
const places = { port: ['host', 'reusePort'], path: ['mode'], fd: [] } as const

export function listenSettings(options: ListenOptions): ListenSettings {
  checkShape('listen()', options, {
    port: shape.integer({ min: 0, max: 65_535 }),
    host: shape.text(),
    reusePort: shape.flag(),
    path: shape.text(),
    mode: shape.integer({ min: 0, max: 0o777 }),
    fd: shape.integer({ min: 0, max: 0x7fff_ffff }),
    backlog: shape.integer({ min: 1, max: 0x7fff_ffff }),
    tls: tlsShape,
    http2: shape.flag(),
    workers: workersCheck,
    // On Windows the poll of the engine cannot be part of Node's event loop.
    io: shape.oneOf(process.platform === 'win32' ? ['thread'] : ['loop', 'thread']),
    signals: shape.flag(),
    grace: shape.integer({ min: 0 }),
  })
  const { backlog = 1024, io, http2 = true, signals = false, grace = 10_000 } = options
  const tls = options.tls === undefined ? null : readTls(options.tls)
  const workers = options.workers === undefined ? null : workerSettings(options.workers)
  return { plan: { at: placeOf(options), backlog, io, tls, http2 }, workers, signals, grace }
}

function placeOf(options: ListenOptions): Place {
  const given = (name: keyof ListenOptions): boolean => options[name] !== undefined
  const kind = given('path') ? 'path' : given('fd') ? 'fd' : 'port'
  for (const [other, more] of Object.entries(places)) {
    const excluded = [other as keyof typeof places, ...more].find((name) => other !== kind && given(name))
    if (excluded !== undefined) {
      throw new BoltError(
        'invalid-option',
        `listen(): option '${excluded}' does not go with '${kind}'`,
        `'port' (with 'host', 'reusePort'), 'path' (with 'mode') and 'fd' exclude each other: leave '${excluded}' or '${kind}' out`,
      )
    }
  }
  const { port = 3000, host = '127.0.0.1', reusePort = false, path, mode = null, fd } = options
  if (path !== undefined) return { unix: { path, mode } }
  return fd === undefined ? { tcp: { host, port, reusePort } } : { descriptor: fd }
}

/** Refuses what a host cannot speak. */
export function assertSpoken(host: Host, options: ListenOptions): void {
  if (options.http2 !== true || host.name === 'native') return
  throw new BoltError(
    'listen-failed',
    'HTTP/2 needs the native engine, and this is the node:http fallback',
    'leave http2 out: clients then use HTTP/1.1 here and HTTP/2 where the native engine runs',
  )
}

/** Asks the host to listen; a refusal becomes one clear sentence. */
export async function listenPlan(binding: HostBinding, server: number, plan: ListenPlan): Promise<Listening> {
  try {
    return await binding.listen(server, JSON.stringify(plan))
  } catch (error) {
    throw refusal(plan.at, error as { code?: string; message: string })
  }
}

/** Why a place could not be listened on, in one sentence. */
export function refusal(at: Place, error: { code?: string; message: string }): BoltError {
  const where =
    'tcp' in at ? `${at.tcp.host}:${at.tcp.port}` : 'unix' in at ? at.unix.path : `descriptor ${at.descriptor}`
  if (error.code === 'EADDRINUSE') {
    const [what, other] =
      'tcp' in at
        ? [`port ${at.tcp.port} on ${at.tcp.host}`, 'port (0 takes a free one)']
        : [`the socket ${where}`, 'path']
    return new BoltError(
      'port-in-use',
      `${what} is in use by another process`,
      `stop that process, or listen on another ${other}`,
      error,
    )
  }
  if (error.code === 'ETLS')
    return new BoltError('invalid-tls', error.message, 'see the guide on TLS for what is understood', error)
  return new BoltError('listen-failed', `cannot listen on ${where}: ${error.message}`, hintOf(at, error.code), error)
}

function hintOf(at: Place, code: string | undefined): string {
  if ('descriptor' in at) return 'take the number of a listening socket that this process inherited'
  if ('unix' in at)
    return code === 'EEXIST'
      ? 'remove that file, or take another path'
      : 'check the path and who may write to its folder'
  return code === 'EACCES' ? 'ports below 1024 need privileges; take a higher one' : 'check host and port'
}

/** The address of a server, for people and for `fetch`. */
export function urlOf(listening: Listening, hasTls: boolean): string {
  if ('path' in listening) return `unix:${listening.path}`
  const { host, port } = listening
  return `http${hasTls ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Closes on the first SIGTERM or SIGINT and exits; a second one exits at once. Returns how to stop that. */
export function onSignals(close: () => Promise<void>, logger: Logger): () => void {
  let isClosing = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isClosing) process.exit(1)
    isClosing = true
    logger.info({ signal }, 'shutting down')
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return () => {
    // During a shutdown by signal the listeners stay: a second signal must still end the process.
    if (isClosing) return
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
  }
}
