/**
 * Applies changes to a project so that a crash at any moment leaves it exactly before or exactly after: stage everything, write the journal,
 * then move file by file. Decides nothing.
 */
import { BoltError } from '../errors.ts'
import { sha256 } from '../state/hash.ts'
import { MANIFEST } from '../state/manifest.ts'
import { comparePaths, parentsOf } from '../state/paths.ts'
import { PROJECT_FILE } from '../state/project-file.ts'
import type { FileMode } from '../types.ts'
import { type Disk, makeFolders, removeTree } from './disk.ts'
import { applyFailure } from './failure.ts'
import { CURRENT, type FileMark, JOURNAL, type Journal, type JournalStep, LAST, TXN } from './journal.ts'
import { markOf, permissionsFor, sameContent, takeBack, takeForward } from './replay.ts'
import { insideRoot } from './safe-path.ts'

/** What is to become of one path. */
export interface Change {
  readonly path: string
  /** The new file; null deletes. */
  readonly next: { readonly content: Uint8Array; readonly mode: FileMode } | null
  /** What was found there when the change was decided; the apply is refused if it is something else by now. */
  readonly before: FileMark | null
}

export interface TransactionOptions {
  readonly command: string
  readonly disk: Disk
  readonly signal?: AbortSignal | undefined
  /** Keep backups for `undo`. @default true */
  readonly keep?: boolean
}

/** Applies the changes. The lock must be held, and no journal may be open. */
export async function applyChanges(
  root: string,
  changes: readonly Change[],
  options: TransactionOptions,
): Promise<void> {
  const { disk } = options
  const ordered = [...changes].sort((a, b) => rank(a) - rank(b) || comparePaths(a.path, b.path))
  let journal: Journal
  try {
    journal = await stage(root, ordered, options)
  } catch (error) {
    await removeTree(disk, `${root}/${CURRENT}`).catch(() => undefined) // the first failure is the one to report; the next start removes the rest
    throw applyFailure(error)
  }
  try {
    await takeForward(disk, root, journal, options.signal)
  } catch (error) {
    await undoAfter(disk, root, journal, error)
    throw applyFailure(error)
  }
  await close(disk, root, options.keep ?? true)
}

/** Ends a transaction whose steps are all done: from now on it is the last one. */
export async function close(disk: Disk, root: string, keep: boolean): Promise<void> {
  await removeTree(disk, `${root}/${LAST}`)
  if (keep) await disk.move(`${root}/${CURRENT}`, `${root}/${LAST}`)
  else await discard(disk, root)
  await disk.flush(`${root}/${TXN}`)
}

/** Forgets a transaction that never happened, or was taken back: the journal goes first, so that nobody finishes it. */
export async function discard(disk: Disk, root: string): Promise<void> {
  if (await disk.stat(`${root}/${JOURNAL}`)) await disk.remove(`${root}/${JOURNAL}`)
  await removeTree(disk, `${root}/${CURRENT}`)
}

/** Files, then deletions, then the state: manifest and, as the very last rename, project.json. */
function rank(change: Change): number {
  if (change.path === PROJECT_FILE) return 4
  if (change.path === MANIFEST) return 3
  return change.next === null ? 2 : change.path.startsWith('.bolt/') ? 1 : 0
}

async function stage(root: string, changes: readonly Change[], options: TransactionOptions): Promise<Journal> {
  const { disk, command, signal } = options
  await removeTree(disk, `${root}/${CURRENT}`)
  for (const folder of ['staged', 'backup', 'temp']) await makeFolders(disk, `${root}/${CURRENT}/${folder}`)
  const steps: JournalStep[] = []
  for (const [index, change] of changes.entries()) {
    signal?.throwIfAborted()
    await stageOne(disk, root, index, change)
    const after = change.next && { sha256: sha256(change.next.content), mode: change.next.mode }
    steps.push({ path: change.path, before: change.before, after })
  }
  for (const folder of ['staged', 'backup']) await disk.flush(`${root}/${CURRENT}/${folder}`)
  const journal: Journal = { schema: 1, command, steps, folders: await missingFolders(disk, root, steps) }
  const text = new TextEncoder().encode(`${JSON.stringify(journal, null, 1)}\n`)
  await disk.create(`${root}/${CURRENT}/temp/journal`, text, 0o644)
  signal?.throwIfAborted()
  await disk.move(`${root}/${CURRENT}/temp/journal`, `${root}/${JOURNAL}`)
  await disk.flush(`${root}/${CURRENT}`)
  return journal
}

async function stageOne(disk: Disk, root: string, index: number, change: Change): Promise<void> {
  const target = await insideRoot(disk, root, change.path)
  const found = await markOf(disk, target)
  if (!sameContent(found, change.before)) throw changedMeanwhile(change.path)
  const mode = (await disk.stat(target))?.mode ?? 0o644
  if (change.before) await disk.create(`${root}/${CURRENT}/backup/${index}`, await disk.read(target), mode)
  if (!change.next) return
  const permissions = await permissionsFor(disk, target, change.next.mode)
  await disk.create(`${root}/${CURRENT}/staged/${index}`, change.next.content, permissions)
}

async function missingFolders(disk: Disk, root: string, steps: readonly JournalStep[]): Promise<string[]> {
  const wanted = new Set(steps.filter((step) => step.after).flatMap((step) => parentsOf(step.path)))
  const missing: string[] = []
  for (const folder of [...wanted].sort(comparePaths)) if (!(await disk.stat(`${root}/${folder}`))) missing.push(folder)
  return missing
}

async function undoAfter(disk: Disk, root: string, journal: Journal, error: unknown): Promise<void> {
  try {
    await takeBack(disk, root, journal)
    await discard(disk, root)
  } catch (cause) {
    throw new BoltError('write-failed', {
      message: `The change could not be written: ${applyFailure(error).message}`,
      why: `It could not be taken back either: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Nothing is lost: make room or give write access, and run any bolt command in the project; it will finish the change first',
      cause,
    })
  }
}

function changedMeanwhile(path: string): BoltError {
  return new BoltError('transition-refused', {
    message: `"${path}" changed while the command was at work`,
    why: 'What was decided no longer fits what lies there',
    hint: 'Run the command again; nothing was changed',
  })
}
