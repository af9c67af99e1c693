/** `bolt generate resource NAME FIELD:TYPE…`: table, migration, schemas, routes, service and tests, wired into the application. */
import { BoltError } from '../errors.ts'
import { carryOut } from '../generate/engine.ts'
import { projectFormatter } from '../generate/format.ts'
import { filesOfResource } from '../generate/make-resource.ts'
import { writeMigration } from '../generate/migration.ts'
import { parseResource } from '../generate/resource.ts'
import { packageManagers, scriptCommand } from '../package-managers.ts'
import { runPlop } from '../plop.ts'
import { readProjectFile } from '../state/state.ts'
import { openProject } from '../transition/project.ts'
import { answersOf } from '../transition/saved.ts'
import type { Action, Command, Io } from '../types.ts'
import { commandResult } from './result.ts'

export const generate: Command = async ({ words: [kind = '', name = '', ...fields], flags }, io) => {
  checkKind(kind)
  const resource = parseResource(name, fields)
  const project = await openProject(io)
  const saved = await readProjectFile(project.disk, project.root)
  const answers = answersOf(saved, io)
  const dryRun = flags['dry-run'] === true
  const actions = await runPlop(
    {
      name: 'resource',
      description: 'A table with its migration, routes, service and tests.',
      act: async () => {
        const files = await filesOfResource(
          project,
          resource,
          [name, ...fields],
          answers,
          projectFormatter(project.root, io),
        )
        return carryOut(project, { command: 'generate', files, dryRun }, io)
      },
    },
    { name, fields },
  )
  showActions(actions, dryRun, io)
  const from = saved.version
  if (dryRun) return commandResult('generate', { from, to: from, actions })
  const task = await writeMigration(
    project.root,
    `create_${resource.plural.replaceAll('-', '_')}`,
    answers.packageManager,
    io,
  )
  if (task.status === 'done') io.ui.done(task.detail)
  else io.ui.warn(task.detail)
  const pm = packageManagers[answers.packageManager]
  const next = [...(task.retry ? [task.retry] : []), scriptCommand(pm, 'check')]
  for (const step of next) io.ui.line(`${io.ui.paint('cyan', '→')} ${step}`)
  return commandResult('generate', { from, to: from, actions, tasks: [task], next })
}

/** Refuses what cannot be generated. */
export function checkKind(kind: string): void {
  if (kind === 'resource') return
  throw new BoltError('illegal-argument', {
    message: `"${kind}" cannot be generated.`,
    why: 'Can be generated: resource',
    hint: 'For example: bolt generate resource post title:string body:text',
  })
}

/** Each file, with what happened to it. */
export function showActions(actions: readonly Action[], dryRun: boolean, { ui }: Io): void {
  if (dryRun) ui.line('Would change:')
  for (const { action, path } of actions) ui.line(`  ${ui.paint('dim', action.padEnd(6))} ${path}`)
}
