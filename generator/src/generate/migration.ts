/** The migration of a change of tables: the project's own tool writes it. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { packageManagers, scriptCommand } from '../package-managers.ts'
import { runProgram } from '../tasks/program.ts'
import type { Answers, Io, TaskResult } from '../types.ts'

const PATIENCE = 120_000

/** Runs `db:generate`, which asks nothing when tables only come or only go. */
export async function writeMigration(
  root: string,
  name: string,
  packageManager: Answers['packageManager'],
  io: Io,
): Promise<TaskResult> {
  const retry = scriptCommand(packageManagers[packageManager], 'db:generate')
  if (!existsSync(path.join(root, 'node_modules'))) {
    return { task: 'migration', status: 'skipped', detail: 'no migration written: packages are not installed', retry }
  }
  const args = ['run', 'db:generate', ...(packageManager === 'npm' ? ['--'] : []), `--name=${name}`]
  const { outcome, code, output } = await runProgram({
    program: packageManager,
    args,
    cwd: root,
    env: io.env,
    signal: io.signal,
    timeout: PATIENCE,
  })
  if (outcome === 'ended' && code === 0)
    return { task: 'migration', status: 'done', detail: `migration ${name} written` }
  return {
    task: 'migration',
    status: 'failed',
    detail: `no migration written: ${output.trim().split('\n').at(-1) ?? outcome}`,
    retry,
  }
}
