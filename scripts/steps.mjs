/** Steps with their time, and errors in three lines. */
import { stripVTControlCharacters } from 'node:util'
import { CommandFailed, Problem } from './process.mjs'

const live = process.stdout.isTTY === true
const began = performance.now()

/**
 * Does one step and prints what and how long. `work` gets a function for progress and returns `idle`, with or without a
 * reason, when there was nothing to do.
 * @template T
 * @param {string} what
 * @param {(progress: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const start = performance.now()
  if (live) show(`  … ${what}`)
  const result = await work((line) => live && show(`  … ${what}: ${line}`))
  const nothing = result instanceof Idle
  if (live) process.stdout.write('\r\x1b[2K')
  const note = nothing ? result.why : seconds(performance.now() - start)
  console.log(`  ${nothing ? '·' : '✓'} ${what.padEnd(44)} ${note}`)
  return result
}

class Idle {
  constructor(why) {
    this.why = why
  }
}

/** What a step returns that had nothing to do. */
export function idle(why = 'nothing to do') {
  return new Idle(why)
}

/** Time since the script began, as text. */
export function elapsed() {
  return seconds(performance.now() - began)
}

/** Prints an error as three lines: what, why, what to do. */
export function explain(error) {
  if (live) process.stdout.write('\r\x1b[2K')
  const known = asProblem(error)
  if (error instanceof CommandFailed) process.stderr.write(`\n${indented(error.output)}\n`)
  process.stderr.write(`\n✗ ${known.message}\n`)
  if (known.why) process.stderr.write(`  ${known.why}\n`)
  if (known.fix) process.stderr.write(`→ ${known.fix}\n`)
  if (!(known instanceof Problem)) process.stderr.write(`${error.stack}\n`)
}

function asProblem(error) {
  if (!(error instanceof CommandFailed)) return error
  const known = causes.find(({ sign }) => sign.test(error.output))
  if (known) return new Problem({ what: known.what, why: error.message, fix: known.fix })
  return new Problem({ what: `${error.message}.`, why: 'The end of its output is above.' })
}

const causes = [
  {
    sign: /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b|could not resolve host|failed to download|network failure/i,
    what: 'A package registry cannot be reached.',
    fix: 'Connect to the network (or set npm\'s "registry" and "proxy"), then run the same command again: it goes on where it stopped.',
  },
  {
    sign: /linker `[^`]*cc[^`]*` not found|failed to find tool|is a C compiler installed/i,
    what: 'There is no C compiler, which the core needs to be linked.',
    fix: 'Debian or Ubuntu: apt-get install build-essential · Fedora: dnf install gcc · macOS: xcode-select --install',
  },
  {
    sign: /\bENOSPC\b|No space left on device/i,
    what: 'The disk is full.',
    fix: 'Free some space, then run the same command again.',
  },
]

function show(line) {
  process.stdout.write(`\r\x1b[2K${stripVTControlCharacters(line).slice(0, (process.stdout.columns ?? 80) - 1)}`)
}

function indented(text) {
  return stripVTControlCharacters(text)
    .trimEnd()
    .split('\n')
    .slice(-25)
    .map((line) => `    ${line}`)
    .join('\n')
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
