/** What `create` says to people. */
import type { Io, Plan, TaskResult } from '../types.ts'
import { shown } from './target.ts'

/** The plan of a dry run: every file, every task. */
export function reportPlan(plan: Plan, target: string, { ui }: Io): void {
  ui.line(`Would write ${plan.files.length} files to ${target}:`)
  for (const { path, mode, content } of plan.files)
    ui.line(`  ${path}${mode === '100755' ? '*' : ''} ${ui.paint('dim', `${content.length} bytes`)}`)
  ui.line(`Would then run: ${plan.tasks.map(({ kind }) => kind).join(', ')}`)
}

/** What the user does next, beginning with what a task could not do. */
export function nextSteps(plan: Plan, target: string, tasks: readonly TaskResult[], { cwd }: Io): string[] {
  const folder = shown(target, cwd)
  const open = tasks.flatMap(({ task, status, retry }) =>
    task === 'install' && status !== 'done' && retry ? [retry] : [],
  )
  return [...(folder === '.' ? [] : [`cd ${folder}`]), ...open, ...plan.next]
}

/** The end of a successful creation. */
export function reportSuccess(plan: Plan, next: readonly string[], { ui }: Io): void {
  ui.line()
  ui.line(ui.paint('bold', `${plan.answers.name} is ready. Next:`))
  for (const step of next) ui.line(`  ${ui.paint('cyan', step)}`)
}
