/** Child processes that never outlive us, and errors that say what to do next. */
import { spawn } from 'node:child_process'

/** Something the user can mend: what happened, why, and what to do. */
export class Problem extends Error {
  /** @param {{ what: string, why?: string, fix?: string }} parts */
  constructor({ what, why, fix }) {
    super(what)
    this.why = why
    this.fix = fix
  }
}

/** A command that ended badly; `output` holds the end of what it printed. */
export class CommandFailed extends Error {
  constructor(command, outcome, output) {
    super(`${command} ${outcome}`)
    this.output = output
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [seconds] Limit; the process group is ended after it. @default 1800
 * @property {'keep' | 'show'} [output] Keep it for the return value, or hand it to the terminal as well. @default 'keep'
 * @property {(line: string) => void} [onLine] Told the last line of each piece of output, to show that something moves.
 */

const running = new Set()
/** Children on our own terminal: Ctrl-C reaches them as well, and they take back what they began. */
const talking = new Set()

/**
 * Runs a command to its end and returns its standard output.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 */
export async function run(command, args, { cwd, env, seconds = 1800, output = 'keep', onLine } = {}) {
  const child = start(command, args, { cwd, env })
  const kept = { out: '', all: '' }
  child.stdout.on('data', (text) => {
    kept.out += text
  })
  for (const [stream, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    stream.on('data', (text) => {
      kept.all = (kept.all + text).slice(-20_000)
      if (output === 'show') target.write(text)
      onLine?.(String(text).trimEnd().split('\n').at(-1))
    })
  }
  const timer = setTimeout(() => end(child), seconds * 1000)
  const outcome = await ended(child)
  clearTimeout(timer)
  if (outcome.error?.code === 'ENOENT') throw missing(command)
  if (outcome.error) throw outcome.error
  if (outcome.code !== 0) throw new CommandFailed(shown(command, args), described(outcome), kept.all)
  return kept.out
}

/** Starts a command in a process group of its own, ended with us. Standard input is empty. */
export function start(command, args, { cwd, env, stdio = ['ignore', 'pipe', 'pipe'] } = {}) {
  const child = spawn(command, args, { cwd, env, stdio, detached: process.platform !== 'win32' })
  track(child)
  return child
}

/** Runs a command on our own terminal, in our process group, so that it may ask questions. Returns its exit code. */
export async function converse(command, args, { cwd, env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' })
  talking.add(child)
  const outcome = await ended(child)
  talking.delete(child)
  if (outcome.error) throw outcome.error
  return outcome.code ?? 130
}

/** Ends a process group: asks, and after `grace` seconds insists. */
export async function end(child, grace = 15) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = ended(child)
  signal(child, 'SIGTERM')
  const timer = setTimeout(() => signal(child, 'SIGKILL'), grace * 1000)
  await gone
  clearTimeout(timer)
}

/** Ends everything that `start` and `run` began and that still runs. */
export async function endAll(grace) {
  await Promise.all([...running].map((child) => end(child, grace)))
}

/** On Ctrl-C, a closed terminal or a polite kill: ends all children, cleans up, exits with what that returned or 130. */
export function endWithUs(cleanUp = async () => {}) {
  let ending = false
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, async () => {
      if (ending) return
      ending = true
      for (const child of talking) if (name !== 'SIGINT') child.kill(name)
      await Promise.all([...talking].map(ended))
      await endAll(10)
      process.exit((await cleanUp()) ?? 130)
    })
  }
  process.on('exit', () => {
    for (const child of running) signal(child, 'SIGKILL')
  })
}

/** Resolves when the process has ended and its pipes are closed. */
export function ended(child) {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done({ code: child.exitCode, signal: child.signalCode })
    child.once('error', (error) => done({ error }))
    child.once('close', (code, signal) => done({ code, signal }))
  })
}

function track(child) {
  running.add(child)
  const forget = () => running.delete(child)
  child.once('error', forget)
  child.once('close', forget)
}

function signal(child, name) {
  try {
    if (process.platform === 'win32') child.kill(name)
    else if (child.pid !== undefined) process.kill(-child.pid, name)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function missing(command) {
  return new Problem({
    what: `${command} was not found.`,
    why: 'This step needs it, and no folder of PATH holds it.',
    fix: `Install ${command}, then run the same command again.`,
  })
}

function described({ code, signal }) {
  return signal ? `was ended by ${signal}` : `ended with code ${code}`
}

function shown(command, args) {
  const words = [command === process.execPath ? 'node' : command, ...args]
  return words
    .map((word) => word.replace(/^.*[/\\](npm)-cli\.[cm]?js$/, '$1'))
    .join(' ')
    .replace(/^node npm/, 'npm')
}
