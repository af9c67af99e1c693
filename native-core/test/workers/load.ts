import { Agent, get } from 'node:http'
import { get as getSecure, Agent as SecureAgent } from 'node:https'

/** Milliseconds that a worker which ends waits for the next request of a kept connection. */
const IDLE = 1_000
/** Milliseconds between two looks at whether these clients themselves stand still. */
const PACE = 50

/** What clients that never stop asking have seen. */
export interface Seen {
  answered: number
  /** Everything that is no complete answer below 500: refused, reset, cut off, 5xx. */
  faults: string[]
  pids: Set<number>
}

/** Clients on kept and on new connections that ask until told to stop. */
export class Load {
  readonly seen: Seen = { answered: 0, faults: [], pids: new Set() }
  readonly #agent: Agent
  readonly #ca: string | undefined
  readonly #clients: Promise<void>[]
  readonly #watch: NodeJS.Timeout
  /** When the clients had last stood still for so long that their connections were idle for the workers. */
  #stoodStill = Number.NEGATIVE_INFINITY
  #isOver = false

  /** With `ca`, the certificate of an authority, clients speak TLS. */
  constructor(port: number, paths: readonly string[] = ['/pid', '/pid', '/slow'], ca?: string) {
    let last = performance.now()
    this.#watch = setInterval(() => {
      const now = performance.now()
      if (now - last > IDLE / 2) this.#stoodStill = now
      last = now
    }, PACE)
    this.#ca = ca
    this.#agent = new (ca === undefined ? Agent : SecureAgent)({ keepAlive: true, maxSockets: 64 })
    const kept = Array.from({ length: 12 }, (_, index) =>
      this.#ask(port, paths[index % paths.length] as string, this.#agent),
    )
    const fresh = Array.from({ length: 4 }, (_, index) => this.#ask(port, paths[index % paths.length] as string, false))
    this.#clients = [...kept, ...fresh]
  }

  /** Resolves when so many more requests were answered. */
  async answered(more: number): Promise<void> {
    const goal = this.seen.answered + more
    while (this.seen.answered < goal && this.seen.faults.length === 0) await new Promise((done) => setTimeout(done, 5))
  }

  async stop(): Promise<Seen> {
    this.#isOver = true
    await Promise.all(this.#clients)
    clearInterval(this.#watch)
    this.#agent.destroy()
    return this.seen
  }

  async #ask(port: number, path: string, agent: Agent | false): Promise<void> {
    while (!this.#isOver) {
      try {
        const { status, pid } = await request(port, path, agent, this.#ca)
        if (status >= 500) this.seen.faults.push(`${path}: ${status}`)
        this.seen.answered += 1
        this.seen.pids.add(pid)
      } catch (error) {
        const { code, message, isKept } = error as NodeJS.ErrnoException & { isKept?: boolean }
        // On a busy machine: a connection that rested for so long may be ended, and the request is sent again (RFC 9112 §9.3.1).
        if (isKept && performance.now() - this.#stoodStill < 2 * IDLE) continue
        this.seen.faults.push(`${path} on a ${isKept ? 'kept' : 'new'} connection: ${code ?? message}`)
        // A refused connection comes back at once; the list should not fill memory.
        if (this.seen.faults.length > 100) return
      }
    }
  }
}

function request(
  port: number,
  path: string,
  agent: Agent | false,
  ca: string | undefined,
): Promise<{ status: number; pid: number }> {
  const options = { host: '127.0.0.1', port, path, agent }
  const ask = ca === undefined ? get : getSecure
  return new Promise((resolve, reject) => {
    const asked = ask(ca === undefined ? options : { ...options, ca, servername: 'localhost' }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        body += chunk
      })
      answer.on('error', (error) => reject(Object.assign(error, { isKept: true })))
      answer.on('end', () => {
        const { pid } = JSON.parse(body) as { pid: number }
        resolve({ status: answer.statusCode ?? 0, pid })
      })
    })
    asked.on('error', (error) => reject(Object.assign(error, { isKept: asked.reusedSocket })))
  })
}
