/** Conflicts that wait for the user, and whether they still do. */
import type { Disk } from '../apply/disk.ts'
import { insideRoot } from '../apply/safe-path.ts'
import { BoltError } from '../errors.ts'
import type { PendingConflict } from '../state/project-file.ts'
import { incomingPath } from './changes.ts'
import { hasMarkers } from './merge-text.ts'
import { readText } from './text.ts'

/** Those of the recorded conflicts that are not settled: markers are left, or the incoming file still lies there. */
export async function openConflicts(
  disk: Disk,
  root: string,
  pending: readonly PendingConflict[],
): Promise<PendingConflict[]> {
  const open: PendingConflict[] = []
  for (const conflict of pending) {
    const path = conflict.kind === 'markers' ? conflict.path : incomingPath(conflict.path)
    const target = await insideRoot(disk, root, path, 'state-invalid')
    if ((await disk.stat(target))?.kind !== 'file') continue
    const text = conflict.kind === 'markers' ? readText(await disk.read(target))?.text : undefined
    if (conflict.kind === 'incoming' || (text !== undefined && hasMarkers(text))) open.push(conflict)
  }
  return open
}

/** How a person settles a conflict. */
export function howToSettle({ kind, path }: PendingConflict): string {
  return kind === 'markers'
    ? `edit ${path} and remove the markers, or run: bolt resolve ${path} --mine (or --theirs)`
    : `take what you want from ${incomingPath(path)} and delete it, or run: bolt resolve ${path} --mine (or --theirs)`
}

/** Another change is refused until every conflict is settled. */
export function refuseOpen(open: readonly PendingConflict[]): void {
  if (open.length === 0) return
  throw new BoltError('transition-refused', {
    message: open.length === 1 ? 'A conflict is still open' : `${open.length} conflicts are still open`,
    why: open.map(({ path, why }) => `${path}: ${why}`).join('\n'),
    hint: open.map(howToSettle).join('\n'),
  })
}
