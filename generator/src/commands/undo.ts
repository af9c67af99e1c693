/** `bolt undo`: takes back the last change, byte for byte. */
import { withLock } from '../apply/lock.ts'
import { applyChanges } from '../apply/transaction.ts'
import { undoChanges } from '../apply/undo.ts'
import { readProjectFile } from '../state/state.ts'
import { unmarkUnmerged } from '../transition/git.ts'
import { openProject } from '../transition/project.ts'
import type { Action, Command } from '../types.ts'
import { commandResult } from './result.ts'

export const undo: Command = async (args, io) => {
  const { root, disk } = await openProject(io)
  const dryRun = args.flags['dry-run'] === true
  return withLock(disk, root, async () => {
    const from = await readProjectFile(disk, root)
    const { command, changes } = await undoChanges(disk, root)
    const actions = changes
      .filter(({ path }) => !path.startsWith('.bolt/') || path.startsWith('.bolt/incoming/'))
      .map(({ path, next, before }): Action => {
        const action = next === null ? 'delete' : before === null ? 'add' : 'write'
        return { path, id: `undo:${path}`, action, reason: `as before "${command}"` }
      })
    if (!dryRun) {
      const marked = from.pending.flatMap(({ kind, path }) => (kind === 'markers' ? [path] : []))
      await applyChanges(root, changes, { command: 'undo', disk, signal: io.signal })
      await unmarkUnmerged(root, io, marked)
    }
    const { version } = await readProjectFile(disk, root)
    io.ui.done(`${dryRun ? 'Would take back' : 'Took back'} "${command}": ${actions.length} files are as they were`)
    return commandResult('undo', { from: from.version, to: version, actions })
  })
}
