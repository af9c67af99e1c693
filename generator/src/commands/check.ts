/** `bolt check`, for CI: is the project in step with the generator it pins? Works offline and changes nothing. */
import { loadLayers } from '../layers.ts'
import { planProject } from '../plan.ts'
import type { State } from '../state/state.ts'
import { entryOf } from '../state/state-files.ts'
import { inspectProject } from '../transition/inspect.ts'
import { howToSettle } from '../transition/pending.ts'
import { openProject } from '../transition/project.ts'
import { answersOf } from '../transition/saved.ts'
import type { Action, Command, Plan } from '../types.ts'
import { version } from '../version.ts'
import { commandResult } from './result.ts'

export const check: Command = async (_args, io) => {
  const { state, open } = await inspectProject(await openProject(io))
  const plan = planProject(answersOf(state.project, io), await loadLayers(), version)
  const drift = driftOf(state, plan)
  const fine = open.length === 0 && drift.length === 0 && state.project.version === version
  const next = open.map(howToSettle)
  for (const conflict of open) io.ui.warn(`Open conflict in ${conflict.path}: ${conflict.why}`)
  if (state.project.version !== version)
    io.ui.warn(`The project is at ${state.project.version}, the generator it pins at ${version}`)
  for (const { path, reason } of drift) io.ui.warn(`${path}: ${reason}`)
  if (drift.length > 0 || state.project.version !== version) next.push('bolt upgrade')
  if (fine) io.ui.done(`In step with create-bolt-app ${version}`)
  else for (const step of next) io.ui.line(`${io.ui.paint('cyan', '→')} ${step}`)
  return commandResult('check', {
    ok: fine,
    from: state.project.version,
    to: version,
    actions: drift,
    conflicts: open.map(({ path, why }) => ({ path, base: null, yours: null, incoming: null, why })),
    next,
    exit: fine ? 0 : 4,
  })
}

/** Files whose recorded render is not what this version renders. The user's edits are no drift. */
function driftOf(state: State, plan: Plan): Action[] {
  const recorded = new Map(state.files.map((file) => [file.id, file]))
  const rendered = new Set(plan.files.map((file) => file.id))
  const different = plan.files.flatMap((file): Action[] => {
    const base = recorded.get(file.id)
    if (base?.sha256 === entryOf(file).sha256 && base.mode === file.mode) return []
    return [
      {
        path: file.path,
        id: file.id,
        action: base ? 'write' : 'add',
        reason: base ? 'rendered differently now' : 'new in the template',
      },
    ]
  })
  const dropped = state.files
    .filter((file) => !rendered.has(file.id))
    .map(({ path, id }): Action => ({ path, id, action: 'delete', reason: 'no longer in the template' }))
  return [...different, ...dropped]
}
