/** `bolt resolve [path…] [--mine|--theirs]`: settles conflicts, or records those that were settled by hand. */
import { withLock } from '../apply/lock.ts'
import { markOf } from '../apply/replay.ts'
import { insideRoot } from '../apply/safe-path.ts'
import { applyChanges, type Change } from '../apply/transaction.ts'
import { BoltError } from '../errors.ts'
import type { PendingConflict } from '../state/project-file.ts'
import { readState, type State } from '../state/state.ts'
import { incomingPath, removal, stateChanges } from '../transition/changes.ts'
import { decideMarkers } from '../transition/merge-text.ts'
import { howToSettle, openConflicts } from '../transition/pending.ts'
import { openProject, type Project } from '../transition/project.ts'
import { readText, writeText } from '../transition/text.ts'
import { projectPath } from '../transition/words.ts'
import type { Action, Command, CommandArgs } from '../types.ts'
import { commandResult } from './result.ts'

type Side = 'mine' | 'theirs'

export const resolve: Command = async (args, io) => {
  const side = sideOf(args)
  const project = await openProject(io)
  const { root, disk } = project
  return withLock(disk, root, async () => {
    const state = await readState(disk, root)
    const open = await openConflicts(disk, root, state.project.pending)
    const chosen = side
      ? choose(
          open,
          args.words.map((word) => projectPath(project, word, io)),
        )
      : []
    const changes: Change[] = []
    for (const conflict of chosen) if (side) changes.push(...(await settle(project, conflict, side)))
    const left = open.filter((conflict) => !chosen.includes(conflict))
    changes.push(...(await recordLeft(project, state, left, side === 'mine' ? chosen : [])))
    if (changes.length > 0) await applyChanges(root, changes, { command: 'resolve', disk, signal: io.signal })
    for (const { path } of chosen) io.ui.done(`${path}: ${side}`)
    if (left.length === 0) io.ui.done('No conflict is open')
    for (const conflict of left) io.ui.warn(howToSettle(conflict))
    return commandResult('resolve', {
      ok: left.length === 0,
      from: state.project.version,
      to: state.project.version,
      actions: chosen.map(
        ({ path, id }): Action => ({
          path,
          id,
          action: side === 'mine' ? 'keep' : 'write',
          reason: `settled: ${side}`,
        }),
      ),
      conflicts: left.map(({ path, why }) => ({ path, base: null, yours: null, incoming: null, why })),
      next: left.map(howToSettle),
      exit: left.length === 0 ? 0 : 3,
    })
  })
}

function sideOf({ flags, words }: CommandArgs): Side | undefined {
  if (flags.mine === true && flags.theirs === true)
    throw new BoltError('flag-value', { message: '--mine and --theirs exclude each other' })
  if (flags.mine === true) return 'mine'
  if (flags.theirs === true) return 'theirs'
  if (words.length === 0) return undefined
  throw new BoltError('missing-argument', {
    message: 'Which side is to win?',
    hint: `Write bolt resolve ${words.join(' ')} --mine, or --theirs; bolt resolve alone records what you settled by hand`,
  })
}

function choose(open: readonly PendingConflict[], words: readonly string[]): PendingConflict[] {
  if (words.length === 0) return [...open]
  return words.map((word) => {
    const found = open.find(({ path }) => path === word)
    if (found) return found
    throw new BoltError('missing-argument', {
      message: `"${word}" has no open conflict`,
      why: open.length === 0 ? 'None is open' : `Open: ${open.map(({ path }) => path).join(', ')}`,
    })
  })
}

async function settle({ root, disk }: Project, { kind, path }: PendingConflict, side: Side): Promise<Change[]> {
  const target = await insideRoot(disk, root, path)
  const mark = await markOf(disk, target)
  const before = mark === 'other' ? null : mark
  if (kind === 'markers') {
    const content = await disk.read(target)
    const text = readText(content)
    if (!text || !before) return []
    const decided = decideMarkers(text.text, side === 'mine' ? 'yours' : 'incoming')
    return [{ path, next: { content: writeText(decided, text), mode: before.mode }, before }]
  }
  const aside = await removal(disk, root, incomingPath(path))
  if (side === 'mine') return aside
  const content = await disk.read(await insideRoot(disk, root, incomingPath(path)))
  return [...aside, { path, next: { content, mode: before?.mode ?? '100644' }, before }]
}

/** The state without what is settled; files kept as "mine" are marked as diverged. */
function recordLeft(
  { root, disk }: Project,
  state: State,
  left: readonly PendingConflict[],
  mine: readonly PendingConflict[],
) {
  const ids = new Set(mine.map(({ id }) => id))
  const entries = state.files.map(({ content: _content, ...entry }) =>
    ids.has(entry.id) && entry.status === 'current' ? { ...entry, status: 'diverged' as const } : entry,
  )
  const settled = left.length !== state.project.pending.length
  const project = settled ? { ...state.project, pending: left } : state.project
  return stateChanges(disk, root, state, { project, entries, bases: new Map() })
}
