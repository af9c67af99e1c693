/** One command line: find the command, check its words and flags, run it, print its result. The bins only set the exit code. */
import { parseArgs } from './args.ts'
import { failedResult, resultJson } from './commands/result.ts'
import { type CommandSpec, commandTable } from './commands/table.ts'
import { BoltError, type ExitCode } from './errors.ts'
import { commonFlags, type FlagTable } from './flags.ts'
import { nearest } from './nearest.ts'
import type { CommandResult, Io } from './types.ts'
import { createUi, describeError, wantsColor } from './ui.ts'
import { version } from './version.ts'

type Surroundings = Omit<Io, 'ui'>

const commands: Readonly<Record<string, CommandSpec>> = commandTable

/** Runs a command line and returns its exit code. */
export async function main(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  const json = argv.includes('--json')
  const io: Io = { ...around, ui: uiFor(around, json) }
  let command = around.bin === 'create-bolt-app' ? 'create' : 'help'
  try {
    const found = findCommand(argv, around.bin)
    command = found.command
    const result = await run(found.command, found.rest, io)
    if (json && result) io.stdout.write(resultJson(result))
    return result?.exit ?? 0
  } catch (thrown) {
    const error = asBoltError(thrown, io)
    if (json) io.stdout.write(resultJson(failedResult(command, error)))
    else io.ui.error(error)
    if (argv.includes('--debug')) io.stderr.write(`${stackOf(error)}\n`)
    return error.exit
  }
}

async function run(command: string, argv: readonly string[], io: Io): Promise<CommandResult | undefined> {
  const spec = commands[command]
  const table: FlagTable = { ...(spec?.flags ?? {}), ...commonFlags }
  const { words, flags } = parseArgs(argv, table)
  if (flags.version === true) {
    io.stdout.write(`${version}\n`)
    return undefined
  }
  if (!spec || flags.help === true) {
    const { helpText } = await import('./help.ts')
    io.stdout.write(helpText(io.bin, spec ? command : undefined))
    return undefined
  }
  checkWords(command, spec, words)
  return (await spec.load())({ command, words, flags }, io)
}

/** The command that the first word names; `create-bolt-app` creates when it names none. */
function findCommand(argv: readonly string[], bin: Io['bin']): { command: string; rest: readonly string[] } {
  const at = argv.findIndex((arg) => !isCommonSwitch(arg))
  const first = argv[at]
  const rest = argv.filter((_arg, index) => index !== at)
  const known = Object.entries(commands)
    .filter(([, { bins }]) => bins.includes(bin))
    .map(([name]) => name)
  if (first !== undefined && known.includes(first)) return { command: first, rest }
  if (first === 'help') {
    const about = rest.find((arg) => known.includes(arg))
    return about === undefined ? { command: 'help', rest } : { command: about, rest: ['--help'] }
  }
  if (bin === 'create-bolt-app') return { command: 'create', rest: argv }
  if (first === undefined || first.startsWith('-')) return { command: 'help', rest: argv }
  const near = nearest(first, known)
  throw new BoltError('unknown-command', {
    message: `Unknown command ${first}.`,
    why: `Known: ${known.join(', ')}`,
    hint: near ? `Did you mean ${bin} ${near}?` : `See ${bin} --help.`,
  })
}

/** `--json` and the like, which may stand before the command. */
function isCommonSwitch(arg: string): boolean {
  return Object.entries(commonFlags).some(
    ([name, flag]) => arg === `--${name}` || ('short' in flag && arg === `-${flag.short}`),
  )
}

function checkWords(
  command: string,
  { count: [least, most], words: usage }: CommandSpec,
  words: readonly string[],
): void {
  if (words.length < least) {
    throw new BoltError('missing-argument', { message: `${command} needs ${usage}.`, hint: `See ${command} --help.` })
  }
  if (words.length > most) {
    const quoted = words.map((word) => JSON.stringify(word)).join(', ')
    throw new BoltError('too-many-arguments', {
      message: `${command} takes ${most === 0 ? 'no word' : most === 1 ? 'one word' : `${most} words`}, got ${words.length}: ${quoted}.`,
      why: command === 'create' ? 'A project name has no spaces.' : `It is used as: ${command} ${usage}`,
      hint: command === 'create' ? `Join them, for example: ${joined(words)}` : `See ${command} --help.`,
    })
  }
}

function joined(words: readonly string[]): string {
  return (
    words
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9._~-]+/g, '-')
      .replace(/^[-._~]+|[-._~]+$/g, '') || 'my-app'
  )
}

function uiFor({ stdout, stderr, env }: Surroundings, json: boolean): Io['ui'] {
  const stream = json ? stderr : stdout
  const terminal = stream as { isTTY?: boolean; columns?: number }
  return createUi({
    stream,
    color: wantsColor(terminal, env),
    live: terminal.isTTY === true,
    columns: terminal.columns ?? 80,
  })
}

function asBoltError(thrown: unknown, { signal }: Io): BoltError {
  if (thrown instanceof BoltError) return thrown
  if (signal.aborted)
    return new BoltError('cancelled', { message: 'Cancelled; nothing is left on disk.', cause: thrown })
  return describeError(thrown, version)
}

function stackOf(error: BoltError): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${error.cause.stack}` : ''
  return `${error.stack}${cause}`
}
