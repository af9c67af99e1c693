/** `bolt restore path…`: brings back files of ours that were deleted or changed, as they were rendered last. */
import { withLock } from '../apply/lock.ts'
import { applyChanges, type Change } from '../apply/transaction.ts'
import { BoltError } from '../errors.ts'
import { type BaseFile, readState, type State } from '../state/state.ts'
import { stateChanges } from '../transition/changes.ts'
import { openProject } from '../transition/project.ts'
import { markOfFile, readPaths } from '../transition/user-tree.ts'
import { projectPath } from '../transition/words.ts'
import type { Action, Command } from '../types.ts'
import { commandResult } from './result.ts'

export const restore: Command = async (args, io) => {
  const project = await openProject(io)
  const { root, disk } = project
  return withLock(disk, root, async () => {
    const state = await readState(disk, root)
    const files = args.words.map((word) => trackedFile(state, projectPath(project, word, io)))
    const tree = await readPaths(
      disk,
      root,
      files.map(({ path }) => path),
    )
    const changes = files.map(({ path, mode, content }): Change => {
      if (tree.get(path)?.kind === 'other') throw inTheWay(path)
      return { path, next: content ? { content, mode } : null, before: markOfFile(tree.get(path)) }
    })
    const ids = new Set(files.map(({ id }) => id))
    const entries = state.files.map(({ content: _content, ...entry }) =>
      ids.has(entry.id) && entry.status !== 'moved' ? { ...entry, status: 'current' as const } : entry,
    )
    changes.push(...(await stateChanges(disk, root, state, { project: state.project, entries, bases: new Map() })))
    await applyChanges(root, changes, { command: 'restore', disk, signal: io.signal })
    for (const { path } of files) io.ui.done(`${path} is back; bolt undo takes this back`)
    return commandResult('restore', {
      from: state.project.version,
      to: state.project.version,
      actions: files.map(({ path, id }): Action => ({ path, id, action: 'write', reason: 'as it was rendered last' })),
    })
  })
}

function trackedFile(state: State, path: string): BaseFile {
  const file = state.files.find((each) => each.path === path)
  if (!file)
    throw new BoltError('missing-argument', {
      message: `"${path}" is no file that create-bolt-app wrote`,
      hint: 'bolt status lists the deleted ones',
    })
  if (file.content) return file
  throw new BoltError('base-unknown', {
    message: `What was written to ${path} is no longer known`,
    why: 'Its copy under .bolt/objects/ is missing',
    hint: 'Take .bolt/objects/ back from git',
  })
}

function inTheWay(path: string): BoltError {
  return new BoltError('write-failed', {
    message: `Something else than a file lies at ${path}`,
    hint: 'Move it out of the way',
  })
}
