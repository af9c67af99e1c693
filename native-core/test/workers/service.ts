import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const script = fileURLToPath(new URL('../fixtures/workers.mjs', import.meta.url))

/** A supervisor with its workers, started as users start it. */
export interface Service {
  process: ChildProcess
  port: number
  /** Process ids of the workers when it was ready. */
  pids: number[]
  /** All lines of standard output and standard error so far. */
  lines: string[]
  stderr(): string
  /** Waits for a line that this finds something in. */
  until<T>(find: (line: string) => T | undefined): Promise<T>
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Sums of the workers' counters, and who serves, as the supervisor says. */
  stats(): Promise<{ stats: Record<string, number>; pids: number[] }>
}

const running = new Set<Service>()

/** Starts the fixture; resolves at once, `ready` when it serves. */
export function launch(options: object, env: NodeJS.ProcessEnv = {}): Service {
  const child = spawn(process.execPath, [script, 'an argument'], {
    env: { ...process.env, BOLT_CORE: '', ...env, WORKERS_TEST: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let errors = ''
  const waiting = new Set<(line: string) => void>()
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + String(chunk)).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      lines.push(line)
      for (const tell of waiting) tell(line)
    }
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += String(chunk)
  })
  const exited = once(child, 'close').then(([code, signal]) => ({ code: code as number, signal: signal as null }))
  const until = <T>(find: (line: string) => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = (line: string): void => {
        const found = find(line)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      void exited.then(() => reject(new Error(`the service ended: ${errors}`)))
    })
  const stats: Service['stats'] = () => {
    const answer = until((line) => parsed<{ stats?: Record<string, number>; pids: number[] }>(line, 'stats'))
    child.kill('SIGUSR2')
    return answer as ReturnType<Service['stats']>
  }
  const service = { process: child, port: 0, pids: [], lines, stderr: () => errors, until, exited, stats }
  running.add(service)
  void exited.then(() => running.delete(service))
  return service
}

/** Starts the fixture and waits until all workers serve. */
export async function serve(options: object = {}): Promise<Service> {
  const service = launch(options)
  const { port, pids } = await service.until((line) => parsed<{ port: number; pids: number[] }>(line, 'port'))
  return Object.assign(service, { port, pids })
}

/** Ends what a test has left. */
export async function endAll(): Promise<void> {
  for (const service of running) {
    service.process.kill('SIGKILL')
    await service.exited
  }
}

function parsed<T>(line: string, key: string): T | undefined {
  if (!line.startsWith('{')) return undefined
  const value = JSON.parse(line) as object
  return key in value ? (value as T) : undefined
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Whether nobody listens at a port. */
export function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (refused: boolean) => (): void => {
      socket.destroy()
      resolve(refused)
    }
    socket.once('connect', settle(false))
    socket.once('error', settle(true))
  })
}

export async function pidOf(port: number, path = '/pid'): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { pid: number }).pid
}

/** Asks until each of so many processes has answered. */
export async function distinctPids(port: number, count: number): Promise<Set<number>> {
  const seen = new Set<number>()
  for (let asked = 0; asked < 500 && seen.size < count; asked++) seen.add(await pidOf(port))
  return seen
}
