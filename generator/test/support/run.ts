import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inject, onTestFinished } from 'vitest'

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  readonly bin?: 'create-bolt-app' | 'bolt'
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** Path of a bin in the package under test. */
export function binPath(bin: 'create-bolt-app' | 'bolt' = 'create-bolt-app'): string {
  return path.join(inject('packageFolder'), 'dist', `${bin}.js`)
}

/** Runs a bin as a user without a terminal does. */
export async function run(args: readonly string[], { cwd, bin, env, stdin = '' }: RunOptions): Promise<Run> {
  const child = spawn(process.execPath, [binPath(bin), ...args], { cwd, env: { ...cleanEnvironment(cwd), ...env } })
  child.stdin.end(stdin)
  const out = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out.stderr += text
  })
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  return { code, ...out }
}

/** A folder of its own for one test, gone afterwards. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'create-bolt-app-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The environment of a user who is not in CI, has no remembered defaults and no git settings. */
export function cleanEnvironment(home: string): Record<string, string> {
  const { PATH = '', TMPDIR } = process.env
  return {
    PATH,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    HOME: path.join(home, '.home'),
    XDG_CONFIG_HOME: path.join(home, '.home', '.config'),
    GIT_CONFIG_NOSYSTEM: '1',
    TERM: 'xterm-256color',
  }
}
