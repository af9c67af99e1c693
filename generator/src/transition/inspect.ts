/** How a project differs from what was rendered: the common eyes of `status`, `diff` and `check`. Reads only. */

import type { PendingConflict } from '../state/project-file.ts'
import { readState, type State } from '../state/state.ts'
import type { PlannedFile } from '../types.ts'
import { isUnedited, missingFiles, pairFiles } from './pairs.ts'
import { openConflicts } from './pending.ts'
import type { Project } from './project.ts'
import { listFiles, readPaths, type UserFile } from './user-tree.ts'

export interface InspectedFile {
  readonly id: string
  /** Where it lies now, or would lie. */
  readonly path: string
  /** Where it was rendered to. */
  readonly rendered: string
  readonly state: 'unedited' | 'edited' | 'moved' | 'deleted'
  readonly base: Uint8Array | undefined
  readonly yours: UserFile | undefined
}

export interface Inspection {
  readonly state: State
  readonly files: readonly InspectedFile[]
  readonly open: readonly PendingConflict[]
}

/** Compares every tracked file with what was rendered last. */
export async function inspectProject({ root, disk }: Project): Promise<Inspection> {
  const state = await readState(disk, root)
  const known = new Set(state.files.map((file) => file.path))
  const tree = await readPaths(disk, root, known)
  if (missingFiles(state.files, tree).length > 0) {
    const others = (await listFiles(disk, root)).filter((path) => !known.has(path))
    for (const [path, file] of await readPaths(disk, root, others)) tree.set(path, file)
  }
  const asRendered = state.files.map((file): PlannedFile => ({ ...file, content: file.content ?? new Uint8Array() }))
  const files = pairFiles(state.files, asRendered, tree).map(({ id, base, yours, at, moved }): InspectedFile => {
    const fate = !yours ? 'deleted' : base && isUnedited(base, yours) ? (moved ? 'moved' : 'unedited') : 'edited'
    return { id, path: at, rendered: base?.path ?? at, state: fate, base: base?.content, yours }
  })
  return { state, files, open: await openConflicts(disk, root, state.project.pending) }
}
