/** The project a command works on: found from the folder the user stands in, with an interrupted change settled first. */

import type { Disk } from '../apply/disk.ts'
import { nodeDisk } from '../apply/disk.ts'
import { withLock } from '../apply/lock.ts'
import { isInterrupted, recover } from '../apply/recover.ts'
import { BoltError } from '../errors.ts'
import { findProject, readProjectFile } from '../state/state.ts'
import type { Io } from '../types.ts'

export interface Project {
  /** Absolute, with forward slashes. */
  readonly root: string
  readonly disk: Disk
}

/** Finds the project. An interrupted change is finished or taken back, and reported with exit code 6. */
export async function openProject({ cwd }: Pick<Io, 'cwd'>, disk: Disk = nodeDisk): Promise<Project> {
  const root = (await findProject(disk, cwd)) ?? cwd.replace(/\\/g, '/')
  await refuseInterrupted({ root, disk })
  await readProjectFile(disk, root)
  return { root, disk }
}

async function refuseInterrupted({ root, disk }: Project): Promise<void> {
  if (!(await isInterrupted(disk, root))) return
  const outcome = await withLock(disk, root, () => recover(disk, root))
  if (outcome === 'nothing') return
  throw new BoltError('recovered', {
    message: outcome === 'finished' ? 'An interrupted change was finished' : 'An interrupted change was taken back',
    why:
      outcome === 'finished'
        ? 'Everything had been prepared when it was interrupted, so the rest was carried out; bolt undo takes it back'
        : 'It had not begun to change files when it was interrupted; the project is as it was before',
    hint: 'Run the command again',
  })
}
