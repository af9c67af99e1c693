/** `bolt destroy resource NAME`: the exact reverse of `generate`; the table goes with a migration of its own. */
import { carryOut } from '../generate/engine.ts'
import { filesWithoutResource } from '../generate/make-resource.ts'
import { writeMigration } from '../generate/migration.ts'
import { runPlop } from '../plop.ts'
import { readProjectFile } from '../state/state.ts'
import { openProject } from '../transition/project.ts'
import { answersOf } from '../transition/saved.ts'
import type { Command } from '../types.ts'
import { checkKind, showActions } from './generate.ts'
import { commandResult } from './result.ts'

export const destroy: Command = async ({ words: [kind = '', name = ''], flags }, io) => {
  checkKind(kind)
  const project = await openProject(io)
  const saved = await readProjectFile(project.disk, project.root)
  const dryRun = flags['dry-run'] === true
  const { actions, left, plural } = await runPlop(
    {
      name: 'destroy-resource',
      description: 'Takes a generated resource away.',
      act: async () => {
        const found = await filesWithoutResource(project, name, flags.force === true)
        return { ...found, actions: await carryOut(project, { command: 'destroy', files: found.files, dryRun }, io) }
      },
    },
    { name },
  )
  showActions(actions, dryRun, io)
  for (const line of left) io.ui.warn(`Not found as it was written, so it stays: ${line}`)
  const from = saved.version
  if (dryRun) return commandResult('destroy', { from, to: from, actions, next: left })
  const task = await writeMigration(
    project.root,
    `drop_${plural.replaceAll('-', '_')}`,
    answersOf(saved, io).packageManager,
    io,
  )
  if (task.status === 'done') io.ui.done(task.detail)
  else io.ui.warn(task.detail)
  return commandResult('destroy', {
    from,
    to: from,
    actions,
    tasks: [task],
    next: [...left, ...(task.retry ? [task.retry] : [])],
  })
}
