/** A git repository with the first state committed; an existing one, here or above, is never touched. */
import type { TaskResult } from '../types.ts'
import { runProgram } from './program.ts'
import type { TaskSurroundings } from './tasks.ts'

const RETRY = 'git init && git add -A && git commit -m "Create project"'

export async function startRepository({ root, io, version }: TaskSurroundings): Promise<TaskResult> {
  const result = (status: TaskResult['status'], detail: string): TaskResult => ({
    task: 'git',
    status,
    detail,
    ...(status === 'failed' ? { retry: RETRY } : {}),
  })
  const git = (...args: string[]) =>
    runProgram({ program: 'git', args, cwd: root, env: io.env, signal: io.signal, timeout: 60_000 })

  const inside = await git('rev-parse', '--show-toplevel')
  if (inside.outcome === 'missing') return result('skipped', 'git is not installed')
  if (inside.outcome === 'cancelled') return result('skipped', 'cancelled')
  if (inside.code === 0) return result('skipped', `already inside the repository ${inside.output.trim()}`)

  const email = await git('config', 'user.email')
  const identity =
    email.code === 0 && email.output.trim() !== ''
      ? []
      : ['-c', 'user.name=create-bolt-app', '-c', 'user.email=create-bolt-app@localhost']
  const quiet = [
    '-c',
    'core.hooksPath=',
    '-c',
    'commit.gpgSign=false',
    '-c',
    'core.autocrlf=false',
    '-c',
    'advice.defaultBranchName=false',
  ]
  const steps = [
    [...quiet, '-c', 'init.defaultBranch=main', 'init', '--quiet', '--template='],
    [...quiet, 'add', '--all'],
    [
      ...quiet,
      ...identity,
      'commit',
      '--quiet',
      '--no-verify',
      '--message',
      `Create project with create-bolt-app ${version}`,
    ],
  ]
  for (const args of steps) {
    const step = await git(...args)
    if (step.outcome !== 'ended' || step.code !== 0)
      return result('failed', `git failed: ${step.output.trim() || step.outcome}`)
  }
  return result('done', 'git repository started, first state committed')
}
