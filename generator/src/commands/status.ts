/** `bolt status`: version, answers that matter, what was edited, what is open. Works offline and changes nothing. */
import { inspectProject } from '../transition/inspect.ts'
import { howToSettle } from '../transition/pending.ts'
import { openProject } from '../transition/project.ts'
import type { Action, Command } from '../types.ts'
import { version } from '../version.ts'
import { commandResult } from './result.ts'

const REASONS = { edited: 'changed by you', moved: 'moved by you', deleted: 'deleted by you' } as const

export const status: Command = async (_args, io) => {
  const { state, files, open } = await inspectProject(await openProject(io))
  const { ui } = io
  const touched = files.flatMap((file) => (file.state === 'unedited' ? [] : [{ ...file, state: file.state }]))
  ui.line(
    `${ui.paint('bold', String(state.project.answers.name ?? 'project'))}, written by create-bolt-app ${state.project.version}`,
  )
  ui.line(
    `${files.length} files: ${files.length - touched.length} as they were written, ${touched.length} touched by you`,
  )
  for (const file of touched)
    ui.line(
      `  ${file.state.padEnd(8)} ${file.path}${file.path === file.rendered ? '' : ui.paint('dim', ` (was ${file.rendered})`)}`,
    )
  for (const conflict of open) ui.warn(`open conflict in ${conflict.path}: ${howToSettle(conflict)}`)
  const next = open.map(howToSettle)
  if (version !== state.project.version) next.push('bolt upgrade')
  if (version !== state.project.version)
    ui.warn(`create-bolt-app ${version} is installed: bolt upgrade moves the project to it`)
  return commandResult('status', {
    ok: open.length === 0,
    from: state.project.version,
    to: version,
    actions: touched.map(({ path, id, state: fate }): Action => ({ path, id, action: 'keep', reason: REASONS[fate] })),
    conflicts: open.map(({ path, why }) => ({ path, base: null, yours: null, incoming: null, why })),
    next,
  })
}
