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

const START_TIMEOUT = 20_000
const STOP_TIMEOUT = 3_000

/**
 * The server with its process id, its ports by the names that `app/listening.mjs` tells, and how to stop it.
 * @param {{ id: string, command: string[] }} server
 * @param {{ core: number, wrapper?: string[], timeout?: number }} options `wrapper`: a program put before the command, e.g. valgrind
 */
export async function startServer(server, { core, wrapper = [], timeout = START_TIMEOUT }) {
  const [program, ...args] = ['taskset', '-c', String(core), ...wrapper, ...server.command]
  const child = spawn(program, args, {
    env: { ...process.env, NODE_ENV: 'production', PORT: '0' },
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
  try {
    const ports = await listening(child, timeout)
    return { ...server, pid: child.pid, ports, stop }
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
