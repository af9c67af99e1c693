/** The tasks of a plan, after its files are on disk. */
import type { Io, Task, TaskResult } from '../types.ts'
import { writeEnvFile } from './env-file.ts'
import { startRepository } from './git.ts'
import { installPackages } from './install.ts'

export interface TaskSurroundings {
  readonly root: string
  readonly io: Io
  /** Our version, for the first commit's message. */
  readonly version: string
}

export interface RunTasksOptions extends TaskSurroundings {
  /** False for `--no-install`. */
  readonly install: boolean
}

/** Runs the tasks one after the other and reports each; none of them throws. */
export async function runTasks(tasks: readonly Task[], options: RunTasksOptions): Promise<TaskResult[]> {
  const results: TaskResult[] = []
  for (const task of tasks) {
    const result = await runTask(task, options)
    results.push(result)
    show(result, options.io)
  }
  return results
}

function runTask(task: Task, options: RunTasksOptions): Promise<TaskResult> | TaskResult {
  switch (task.kind) {
    case 'env-file':
      return writeEnvFile(task, options.root)
    case 'install':
      if (options.install) return installPackages(task.packageManager, options)
      return {
        task: 'install',
        status: 'skipped',
        detail: 'packages not installed (--no-install)',
        retry: `${task.packageManager} install`,
      }
    case 'git':
      return startRepository(options)
  }
}

function show({ status, detail, retry }: TaskResult, { ui }: Io): void {
  if (status === 'done') ui.done(detail)
  else if (status === 'skipped') ui.line(ui.paint('dim', `- ${detail}`))
  else {
    ui.warn(detail)
    if (retry) ui.line(`${ui.paint('cyan', '→')} ${retry}`)
  }
}
