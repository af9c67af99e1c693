/** From decisions to changes on disk: files, files put aside, and the state afterwards. */
import type { Disk } from '../apply/disk.ts'
import { markOf } from '../apply/replay.ts'
import { insideRoot } from '../apply/safe-path.ts'
import type { Change } from '../apply/transaction.ts'
import { sha256 } from '../state/hash.ts'
import type { ManifestEntry } from '../state/manifest.ts'
import { objectPath } from '../state/objects.ts'
import type { ProjectFile } from '../state/project-file.ts'
import type { State } from '../state/state.ts'
import { stateFiles } from '../state/state-files.ts'
import type { Decision } from './decide.ts'
import { markOfFile, type UserTree } from './user-tree.ts'

/** Where the new version of a file in conflict is put. */
export function incomingPath(path: string): string {
  return `.bolt/incoming/${path}`
}

/** Changes to the user's files. */
export async function fileChanges(
  disk: Disk,
  root: string,
  decisions: readonly Decision[],
  tree: UserTree,
): Promise<Change[]> {
  const written = new Set(decisions.filter((decision) => decision.write).map((decision) => decision.path))
  const changes: Change[] = []
  for (const { path, write, remove, incoming } of decisions) {
    if (write) changes.push({ path, next: write, before: markOfFile(tree.get(path)) })
    if (remove !== undefined && !written.has(remove))
      changes.push({ path: remove, next: null, before: markOfFile(tree.get(remove)) })
    if (incoming)
      changes.push(await changeTo(disk, root, { path: incomingPath(incoming.path), content: incoming.content }))
  }
  return changes
}

/** What the state is to be. `bases` are the contents that the entries name, by hash. */
export interface NextState {
  readonly project: ProjectFile
  readonly entries: readonly ManifestEntry[]
  readonly bases: ReadonlyMap<string, Uint8Array>
}

/** Changes under `.bolt/`: only what differs, and objects that nobody names any more. */
export async function stateChanges(disk: Disk, root: string, before: State, next: NextState): Promise<Change[]> {
  const changes: Change[] = []
  for (const file of stateFiles(next.project, next.entries, next.bases)) {
    const isObject = file.path.startsWith('.bolt/objects/')
    const entry = await disk.stat(await insideRoot(disk, root, file.path))
    if (entry && (isObject || /\.git(?:ignore|attributes)$/.test(file.path))) continue
    const change = await changeTo(disk, root, file)
    if (change.before?.sha256 !== sha256(file.content)) changes.push(change)
  }
  const named = new Set(next.entries.map((entry) => entry.sha256))
  for (const hash of new Set(before.files.map((file) => file.sha256))) {
    if (!named.has(hash)) changes.push(...(await removal(disk, root, objectPath(hash))))
  }
  return changes
}

/** Taking a file away, if it is there. */
export async function removal(disk: Disk, root: string, path: string): Promise<Change[]> {
  const mark = await markOf(disk, await insideRoot(disk, root, path))
  return mark === null || mark === 'other' ? [] : [{ path, next: null, before: mark }]
}

async function changeTo(disk: Disk, root: string, file: { path: string; content: Uint8Array }): Promise<Change> {
  const mark = await markOf(disk, await insideRoot(disk, root, file.path))
  return { path: file.path, next: { content: file.content, mode: '100644' }, before: mark === 'other' ? null : mark }
}
