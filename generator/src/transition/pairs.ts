/** Which base belongs to which new file, where the user's version of it lies, and where it is to lie afterwards. */
import { sha256 } from '../state/hash.ts'
import type { BaseFile } from '../state/state.ts'
import type { PlannedFile } from '../types.ts'
import { findRenames } from './renames.ts'
import { sameText } from './text.ts'
import type { UserFile, UserTree } from './user-tree.ts'

/** One file through all its versions. */
export interface Pair {
  readonly id: string
  readonly base: BaseFile | undefined
  readonly next: PlannedFile | undefined
  /** Where the user's version lies, or would lie. */
  readonly at: string
  /** Where it lies after the transition. */
  readonly goal: string
  /** The user gave it this path. */
  readonly moved: boolean
  readonly yours: UserFile | undefined
  /** The path that the template wants and cannot have, because another file holds it. */
  readonly blocked: string | undefined
}

/** Pairs sorted by path. `tree` holds at least every tracked and planned path, and the untracked ones when a tracked file is missing. */
export function pairFiles(base: readonly BaseFile[], next: readonly PlannedFile[], tree: UserTree): Pair[] {
  const moves = findMoves(base, next, tree)
  const drafts = [...matchIds(base, next)].map(([from, to]) => locate(from, to, moves, tree))
  return settleGoals(drafts, tree).sort((a, b) => (a.goal < b.goal ? -1 : a.goal > b.goal ? 1 : 0))
}

/** Tracked files that are neither in place nor known to be deleted. */
export function missingFiles(base: readonly BaseFile[], tree: UserTree): BaseFile[] {
  return base.filter((file) => file.status !== 'deleted' && !tree.has(file.path))
}

function findMoves(base: readonly BaseFile[], next: readonly PlannedFile[], tree: UserTree): Map<string, string> {
  const known = new Set([...base.map((file) => file.path), ...next.map((file) => file.path)])
  return findRenames(
    missingFiles(base, tree),
    tree,
    [...tree.keys()].filter((path) => !known.has(path)),
  )
}

/** By id; and a file that is dropped under one id while another takes its path is the same file under a new name. */
function matchIds(
  base: readonly BaseFile[],
  next: readonly PlannedFile[],
): (readonly [BaseFile | undefined, PlannedFile | undefined])[] {
  const byId = new Map(next.map((file) => [file.id, file]))
  const baseIds = new Set(base.map((file) => file.id))
  const newByPath = new Map(next.filter((file) => !baseIds.has(file.id)).map((file) => [file.path, file]))
  const used = new Set<string>()
  const pairs = base.map((file) => {
    const match = byId.get(file.id) ?? newByPath.get(file.path)
    if (match) used.add(match.id)
    return [file, match] as const
  })
  return [...pairs, ...next.filter((file) => !used.has(file.id)).map((file) => [undefined, file] as const)]
}

function locate(
  base: BaseFile | undefined,
  next: PlannedFile | undefined,
  moves: ReadonlyMap<string, string>,
  tree: UserTree,
): Pair {
  const id = next?.id ?? base?.id ?? ''
  const move = base && moves.get(base.id)
  const at = move ?? base?.path ?? next?.path ?? ''
  const moved = move !== undefined || base?.status === 'moved'
  const yours = tree.get(at)
  // A deleted file does not lay claim to a path where the user has a file of their own.
  const stays = moved || !next || (base !== undefined && !yours && tree.has(next.path))
  return { id, base, next, at, goal: stays ? at : next.path, moved, yours, blocked: undefined }
}

/** A file whose new path is held by another one stays where it is; that may block a further one, so it goes on until nothing changes. */
function settleGoals(drafts: readonly Pair[], tree: UserTree): Pair[] {
  const tracked = new Set(drafts.filter((pair) => pair.base && pair.yours).map((pair) => pair.at))
  let pairs = [...drafts]
  for (;;) {
    const held = new Set(pairs.filter(staysInPlace).map((pair) => pair.at))
    const isTaken = (path: string): boolean => held.has(path) || (tree.has(path) && !tracked.has(path))
    const stuck = pairs.filter((pair) => pair.base && pair.yours && pair.goal !== pair.at && isTaken(pair.goal))
    if (stuck.length === 0) return pairs.map((pair) => (pair.base ? pair : settleNew(pair, held, tracked)))
    pairs = pairs.map((pair) =>
      stuck.includes(pair) ? { ...pair, goal: pair.at, moved: true, blocked: pair.goal } : pair,
    )
  }
}

/** A new file finds its path free when the tracked file there leaves, and held when a tracked file stays there. */
function settleNew(pair: Pair, held: ReadonlySet<string>, tracked: ReadonlySet<string>): Pair {
  if (held.has(pair.goal)) return { ...pair, blocked: pair.goal }
  return tracked.has(pair.goal) ? { ...pair, yours: undefined } : pair
}

/** Whether a tracked file is still at its present path afterwards. */
function staysInPlace({ base, next, yours, at, goal }: Pair): boolean {
  if (!base || !yours) return false
  if (next) return goal === at || yours.kind !== 'file'
  return base.class === 'append-only' || !isUnedited(base, yours)
}

/** Whether the user left the file as we wrote it, but for line ends and byte order mark. */
export function isUnedited(base: BaseFile, yours: UserFile | undefined): boolean {
  if (yours?.kind !== 'file') return false
  return base.content ? sameText(yours.content, base.content) : sha256(yours.content) === base.sha256
}
