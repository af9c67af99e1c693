/** Installing the packages. A failure here is not a failed generation: it says why and how to try again. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packageManagers } from '../package-managers.ts'
import type { Answers, TaskResult } from '../types.ts'
import { type ProgramResult, runProgram } from './program.ts'
import type { TaskSurroundings } from './tasks.ts'

const ARGUMENTS: Readonly<Record<Answers['packageManager'], readonly string[]>> = {
  npm: ['install', '--no-audit', '--no-fund', '--loglevel=http', '--no-progress'],
  pnpm: ['install', '--reporter=append-only'],
}
const TEN_MINUTES = 600_000

export async function installPackages(
  name: Answers['packageManager'],
  { root, io }: TaskSurroundings,
): Promise<TaskResult> {
  const { install, minimum } = packageManagers[name]
  const failed = (detail: string): TaskResult => ({ task: 'install', status: 'failed', detail, retry: install })
  const base = { program: name, cwd: root, env: io.env, signal: io.signal }
  const probe = await runProgram({ ...base, args: ['--version'], timeout: 30_000 })
  if (probe.outcome === 'missing') return failed(`${name} is not installed`)
  if (probe.outcome === 'cancelled') return failed('cancelled')
  const found = probe.output.trim().split('\n').at(-1) ?? ''
  if (isOlder(found, minimum)) return failed(`${name} ${found} is too old, ${minimum} or newer is needed`)

  const started = performance.now()
  const result = await runProgram({
    ...base,
    args: ARGUMENTS[name],
    timeout: TEN_MINUTES,
    onLine: (line) => io.ui.progress(`  ${line.replace(/^npm (?:http|info) /, '')}`),
  })
  if (result.outcome === 'ended' && result.code === 0) {
    return {
      task: 'install',
      status: 'done',
      detail: `packages installed with ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    }
  }
  const log = await keepLog(result.output)
  return failed(`${reason(name, result)}; ${log}`)
}

/** Where the full output lies; a disk that is full must not hide why the installation failed. */
async function keepLog(output: string): Promise<string> {
  try {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'create-bolt-app-')), 'install.log')
    await writeFile(file, `${output}\n`)
    return `full log: ${file}`
  } catch (error) {
    return `the log could not be kept (${(error as Error).message})`
  }
}

function reason(name: string, { outcome, code, output }: ProgramResult): string {
  if (outcome === 'cancelled') return 'cancelled'
  if (outcome === 'timed-out') return `${name} did not finish within ten minutes`
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ENOTCACHED/.test(output))
    return 'the package registry cannot be reached'
  const said = errorLines(output).slice(0, 2).join(': ')
  return `${name} ended with code ${code ?? 'none'}${said ? `: ${said}` : ''}`
}

/** What the package manager itself calls an error, without its prefixes. */
function errorLines(output: string): string[] {
  return output
    .split('\n')
    .flatMap((line) => /^(?:npm (?:error|ERR!)|\s*(?=ERR_PNPM)) ?(?:code )?(.+)$/.exec(line)?.[1]?.trim() ?? [])
}

/** Whether version a is before b; text that is no version counts as new enough. */
function isOlder(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number))
  if (!x || !y) return false
  const index = x.findIndex((part, i) => part !== y[i])
  return index >= 0 && (x[index] ?? 0) < (y[index] ?? 0)
}
