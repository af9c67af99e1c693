import type { Server } from 'node:http'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
import { builtins } from '../builtins.ts'
import type { TlsPlan } from '../tls.ts'
import { listenFault } from './listen.ts'

/** What listens in place of the HTTP server, and hands it connections that were decrypted. */
export interface TlsFront {
  server: NetServer
  /** Takes other certificates for new connections. */
  setTls(plan: TlsPlan): void
}

/** First byte of a TLS handshake (RFC 8446 §5.1). */
const HANDSHAKE = 22

/**
 * Decrypts in front of an HTTP server.
 * @param options.timeout milliseconds that a handshake may take
 * @param options.refuse answers a client that does not speak TLS
 */
export function openTlsFront(
  http: Server,
  plan: TlsPlan,
  options: { timeout: number; refuse: (socket: Socket) => void },
): TlsFront {
  let names = contextsOf(plan)
  const tls = builtins.tls.createServer(
    {
      ...settingsOf(plan, 0),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: options.timeout,
      requestCert: plan.clientAuth !== null,
      rejectUnauthorized: plan.clientAuth?.required ?? false,
      SNICallback: (server, done) => done(null, names(server)),
    },
    (socket: TLSSocket) => {
      const isWrong = plan.clientAuth !== null && !socket.authorized && socket.getPeerX509Certificate() !== undefined
      if (isWrong) socket.destroy()
      else http.emit('connection', socket)
    },
  )
  tls.on('tlsClientError', (_, socket) => socket.destroy())
  const server = createServer({ noDelay: true }, (socket) => {
    socket.setTimeout(options.timeout, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.once('readable', () => {
      socket.setTimeout(0)
      const bytes = socket.read() as Buffer | null
      if (bytes === null) return void socket.destroy()
      if (bytes[0] !== HANDSHAKE && /^[a-zA-Z\r]/.test(bytes.toString('latin1', 0, 1))) return options.refuse(socket)
      socket.unshift(bytes)
      tls.emit('connection', socket)
    })
  })
  // The HTTP server only looks after timeouts and idle connections once it believes that it listens; its `close` ends that again.
  server.once('listening', () => http.emit('listening'))
  server.once('close', () => http.close())
  const setTls = (next: TlsPlan): void => {
    const others = contextsOf(next)
    tls.setSecureContext(settingsOf(next, 0))
    names = others
  }
  return { server, setTls }
}

function settingsOf({ certificates, clientAuth, minVersion }: TlsPlan, index: number) {
  const { cert, key } = certificates[index] as TlsPlan['certificates'][number]
  const authorities = clientAuth === null ? {} : { ca: clientAuth.ca }
  return { cert, key, minVersion: `TLSv${minVersion}`, ...authorities } as const
}

/** Finds the certificate for the name of a server. */
function contextsOf(plan: TlsPlan): (server: string) => SecureContext {
  const names = new Map<string, SecureContext>()
  const contexts = plan.certificates.map(({ servers }, index) => {
    const context = secureContext(settingsOf(plan, index))
    for (const name of servers.map((server) => server.toLowerCase())) if (!names.has(name)) names.set(name, context)
    return context
  })
  return (server) => {
    const name = server.toLowerCase()
    const parent = name.slice(name.indexOf('.') + 1)
    return (names.get(name) ?? names.get(`*.${parent}`) ?? contexts[0]) as SecureContext
  }
}

function secureContext(settings: ReturnType<typeof settingsOf>): SecureContext {
  try {
    return builtins.tls.createSecureContext(settings)
  } catch (error) {
    throw listenFault('ETLS', `tls: ${(error as Error).message}`)
  }
}
