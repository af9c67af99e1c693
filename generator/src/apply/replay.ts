/** Executes a journal forwards or backwards. Each step may be repeated: a step that is already done is left alone. */
import { sha256 } from '../state/hash.ts'
import { parentsOf } from '../state/paths.ts'
import { type Disk, makeFolders, removeFolderIfEmpty } from './disk.ts'
import { CURRENT, type FileMark, type Journal, type JournalStep } from './journal.ts'
import { insideRoot } from './safe-path.ts'

/** What lies at an absolute path: a file's mark, null for nothing, 'other' for a folder, link or device. */
export async function markOf(disk: Disk, path: string): Promise<FileMark | null | 'other'> {
  const entry = await disk.stat(path)
  if (!entry) return null
  if (entry.kind !== 'file') return 'other'
  return { sha256: sha256(await disk.read(path)), mode: (entry.mode & 0o100) === 0 ? '100644' : '100755' }
}

/** Whether two marks are of the same content. Modes do not count: some file systems have no executable bit. */
export function sameContent(a: FileMark | null | 'other', b: FileMark | null): boolean {
  if (a === 'other') return false
  return a === null || b === null ? a === b : a.sha256 === b.sha256
}

/** Brings every step to its `after`, in order. */
export async function takeForward(disk: Disk, root: string, journal: Journal, signal?: AbortSignal): Promise<void> {
  const touched = new Set<string>()
  for (const [index, step] of journal.steps.entries()) {
    signal?.throwIfAborted()
    const target = await insideRoot(disk, root, step.path)
    if (step.after) await place(disk, root, { kind: 'staged', index, mark: step.after }, target)
    else await takeAway(disk, root, step, journal, target)
    touched.add(target.slice(0, target.lastIndexOf('/')))
  }
  for (const folder of touched) if (await disk.stat(folder)) await disk.flush(folder)
}

/** Brings every step to its `before`, in the opposite order, and removes the folders that were made. */
export async function takeBack(disk: Disk, root: string, journal: Journal): Promise<void> {
  for (const [index, step] of [...journal.steps.entries()].reverse()) {
    const target = await insideRoot(disk, root, step.path)
    if (step.before) await place(disk, root, { kind: 'backup', index, mark: step.before }, target)
    else if (await disk.stat(target)) await disk.remove(target)
  }
  for (const folder of [...journal.folders].reverse()) await removeFolderIfEmpty(disk, `${root}/${folder}`)
}

interface Source {
  readonly kind: 'staged' | 'backup'
  readonly index: number
  readonly mark: FileMark
}

/** Puts a copy of a staged or saved file in place. The source stays, so that the step can be repeated; on a full disk it is moved itself. */
async function place(disk: Disk, root: string, { kind, index, mark }: Source, target: string): Promise<void> {
  const found = await markOf(disk, target)
  if (found !== null && found !== 'other' && found.sha256 === mark.sha256 && found.mode === mark.mode) return
  const source = `${root}/${CURRENT}/${kind}/${index}`
  const content = await disk.read(source)
  const mode = await permissionsFor(disk, target, mark.mode)
  await makeFolders(disk, target.slice(0, target.lastIndexOf('/')))
  const temporary = `${root}/${CURRENT}/temp/${kind}-${index}`
  try {
    if (await disk.stat(temporary)) await disk.remove(temporary)
    await disk.create(temporary, content, mode)
    await disk.move(temporary, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') await disk.move(source, target)
    else if (code === 'EXDEV') await moveAcross(disk, content, mode, target)
    else throw error
  }
}

/** The target lies on another file system than the project's root (a mounted folder): the temporary file goes beside it. */
async function moveAcross(disk: Disk, content: Uint8Array, mode: number, target: string): Promise<void> {
  const beside = `${target}.bolt-tmp`
  if (await disk.stat(beside)) await disk.remove(beside)
  await disk.create(beside, content, mode)
  await disk.move(beside, target)
}

/** Keeps what the user set for an existing file; only the executable bits follow the mode. */
export async function permissionsFor(disk: Disk, target: string, mode: FileMark['mode']): Promise<number> {
  const entry = await disk.stat(target)
  if (entry?.kind !== 'file') return mode === '100755' ? 0o755 : 0o644
  return mode === '100755' ? entry.mode | ((entry.mode & 0o444) >> 2) : entry.mode & ~0o111
}

async function takeAway(disk: Disk, root: string, step: JournalStep, journal: Journal, target: string): Promise<void> {
  const entry = await disk.stat(target)
  if (!entry) return removeEmptyParents(disk, root, step.path)
  for (const other of journal.steps) {
    if (other.after === null || other.path.toLowerCase() !== step.path.toLowerCase()) continue
    // On a file system that folds case this name is the file just written: only its spelling changes.
    if ((await disk.stat(`${root}/${other.path}`))?.identity !== entry.identity) continue
    return disk.move(target, `${root}/${other.path}`)
  }
  await disk.remove(target)
  await removeEmptyParents(disk, root, step.path)
}

async function removeEmptyParents(disk: Disk, root: string, path: string): Promise<void> {
  for (const parent of parentsOf(path)) {
    const isThere = (await disk.stat(`${root}/${parent}`)) !== undefined
    if (isThere && !(await removeFolderIfEmpty(disk, `${root}/${parent}`))) return
  }
}
