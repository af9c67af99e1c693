/** Another version of the generator does its own rendering: found in the registry, fetched and started by npm. */
import { execa } from 'execa'
import { commandResult } from '../commands/result.ts'
import { BoltError, type ExitCode } from '../errors.ts'
import { childEnvironment } from '../tasks/environment.ts'
import type { CommandArgs, CommandResult, Io } from '../types.ts'
import { compareVersions, isVersion } from './version-range.ts'

const PACKAGE = 'create-bolt-app'

/** The version that `wanted` (a version, range or tag) stands for in the registry; when that cannot be asked, an exact version as it is, else nothing. */
export async function publishedVersion(wanted: string, io: Io): Promise<string | undefined> {
  const args = ['view', `${PACKAGE}@${wanted}`, 'version', '--json', '--loglevel=error']
  const result = await execa('npm', args, {
    ...surroundings(io),
    timeout: 60_000,
    reject: false,
    cancelSignal: io.signal,
  })
  if (io.signal.aborted) throw new BoltError('cancelled', { message: 'Cancelled; nothing was changed' })
  const versions = versionsIn(result.stdout)
  if (versions.length > 0) return versions.sort(compareVersions).at(-1)
  if (/E404|ETARGET|No match/.test(result.stdout + result.stderr) || result.exitCode === 0)
    throw new BoltError('handover-failed', {
      message: `There is no version "${wanted}" of ${PACKAGE}`,
      why: 'The registry knows no version, range or tag of this name',
      hint: `List what there is with: npm view ${PACKAGE} versions`,
    })
  return isVersion(wanted) ? wanted : undefined
}

/** Runs the same command with another version; its result is ours. */
export async function handOver(to: string, args: CommandArgs, root: string, io: Io): Promise<CommandResult> {
  const json = args.flags.json === true
  const words = [
    'exec',
    '--yes',
    `--package=${PACKAGE}@${to}`,
    '--',
    'bolt',
    'upgrade',
    '--handed-over',
    '--to',
    to,
    ...flagsOf(args),
  ]
  const stdout = json ? 'pipe' : 'inherit'
  const run = { ...surroundings(io), cwd: root, reject: false, stdin: 'inherit', stdout, stderr: 'inherit' } as const
  const result = await execa('npm', words, run)
  if (json) return parsedResult(result.stdout ?? '', result.exitCode, to)
  const exit = result.exitCode
  if (exit === undefined || ![0, 1, 2, 3, 4, 6, 130].includes(exit))
    throw failed(to, result.shortMessage ?? `npm ended with code ${exit ?? 'none'}`)
  return commandResult('upgrade', { ok: exit === 0, to, exit: exit as ExitCode })
}

function parsedResult(stdout: string, exit: number | undefined, to: string): CommandResult {
  try {
    const shape = JSON.parse(stdout) as Omit<CommandResult, 'exit'>
    return { ...shape, exit: (exit ?? 1) as ExitCode }
  } catch {
    throw failed(to, `npm ended with code ${exit ?? 'none'} and printed no result`)
  }
}

/** The flags of this run, as words. */
function flagsOf({ flags }: CommandArgs): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (name === 'to' || value === undefined) return []
    if (typeof value === 'boolean') return [value ? `--${name}` : `--${name}=false`]
    return [`--${name}`, typeof value === 'string' ? value : value.join(',')]
  })
}

function versionsIn(stdout: string): string[] {
  try {
    const value: unknown = JSON.parse(stdout)
    return [value].flat().filter((item): item is string => typeof item === 'string' && isVersion(item))
  } catch {
    return [] // npm prints nothing, or an error object that the caller looks at
  }
}

function surroundings({ cwd, env }: Io) {
  return { cwd, env: childEnvironment(env), extendEnv: false }
}

function failed(to: string, why: string): BoltError {
  return new BoltError('handover-failed', {
    message: `${PACKAGE} ${to} could not be fetched or started`,
    why,
    hint: `Check the network and try: npm exec --yes --package=${PACKAGE}@${to} -- bolt --version`,
  })
}
