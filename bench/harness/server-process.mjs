/** Starts a server pinned to one core, waits until it listens, and ends it by its process id. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** What is still running, so that no server outlives the run, however it ends. */
const alive = new Set()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => process.exit(code))
}

/**
 * Of our own environment without what is about Node or its certificates: one more file of authorities to read costs each process that runs on
 * Node as much as a fifth of its start, and hides what differs.
 */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NODE_|npm_|BUN_|SSL_CERT)/.test(name)),
)

const START_TIMEOUT = 20_000
const STOP_TIMEOUT = 3_000

/**
 * The server with its process id, its ports by the names that `app/listening.mjs` tells, how to stop it and whether it has ended by itself.
 * @param {{ id: string, command: string[] }} server
 * @param {{ core: number, wrapper?: string[], timeout?: number, variables?: Record<string, string> }} options `wrapper`: a program put before the
 *   command, e.g. valgrind; `variables`: more of its environment
 */
export async function startServer(server, { core, wrapper = [], timeout = START_TIMEOUT, variables = {} }) {
  const [program, ...args] = ['taskset', '-c', String(core), ...wrapper, ...server.command]
  const child = spawn(program, args, {
    env: { ...environment, NODE_ENV: 'production', PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  child.once('close', () => alive.delete(child))
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-2000)
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const stop = () => stopChild(child, ended)
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  try {
    const ports = await listening(child, timeout)
    return { ...server, pid: child.pid, ports, stop, hasEnded }
  } catch (cause) {
    await stop()
    throw new Error(`${server.id} did not start: ${cause.message}\n${errors}`, { cause })
  }
}

function listening(child, timeout) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it printed no port within ${timeout / 1000} s`)), timeout)
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`it ended with code ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, said] = line.match(/^listening (\d+|\{.*\})$/) ?? []
      if (said === undefined) return
      clearTimeout(timer)
      const ports = JSON.parse(said)
      resolve(typeof ports === 'number' ? { main: ports } : ports)
    })
  })
}

async function stopChild(child, ended) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT)
  await ended
  clearTimeout(timer)
}
