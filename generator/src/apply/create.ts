/** Writes a new project. Whatever happens on the way, the folder is afterwards either complete or as it was. */
import { BoltError } from '../errors.ts'
import { sha256 } from '../state/hash.ts'
import { checkPath, findCollision } from '../state/paths.ts'
import { PROJECT_FILE, SCHEMA_VERSION } from '../state/project-file.ts'
import { entryOf, stateFiles } from '../state/state-files.ts'
import type { Action, FileMode, Plan } from '../types.ts'
import { type Disk, makeFolders, nodeDisk, removeFolderIfEmpty, removeTree } from './disk.ts'
import { applyFailure } from './failure.ts'
import { TXN } from './journal.ts'
import { withLock } from './lock.ts'
import { recover } from './recover.ts'
import { applyChanges, type Change } from './transaction.ts'

export interface ApplyPlanOptions {
  /** Decide everything, write nothing. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal | undefined
  readonly disk?: Disk
}

interface NewFile {
  readonly path: string
  readonly content: Uint8Array
  readonly mode: FileMode
}

/** Writes the plan into `target` (absolute), which is new or holds none of the plan's files. */
export async function applyPlan(plan: Plan, target: string, options: ApplyPlanOptions = {}): Promise<Action[]> {
  const { disk = nodeDisk, dryRun = false, signal } = options
  const root = target.replace(/\\/g, '/').replace(/(?<=[^/])\/+$/, '')
  checkPlan(plan)
  const actions = plan.files.map(({ path, id }): Action => ({ path, id, action: 'add', reason: 'new project' }))
  if (dryRun) return actions
  const files = [...plan.files, ...stateOf(plan)]
  try {
    if (await disk.stat(root)) await createInside(disk, root, files, signal)
    else await createBeside(disk, root, files, signal)
  } catch (error) {
    throw applyFailure(error)
  }
  return actions
}

/** Settles a creation that was interrupted in this folder: it is finished if everything was staged, else nothing of it is left. */
export async function settleInterrupted(target: string, disk: Disk = nodeDisk): Promise<void> {
  const root = target.replace(/\\/g, '/')
  if ((await disk.stat(`${root}/${TXN}`))?.kind !== 'folder' || (await disk.stat(`${root}/${PROJECT_FILE}`))) return
  await withLock(disk, root, () => recover(disk, root))
  await removeTree(disk, `${root}/${TXN}`)
  await removeFolderIfEmpty(disk, `${root}/.bolt`)
}

/** Refuses a plan with illegal or colliding paths: a defect of a layer, found before anything is written. */
export function checkPlan(plan: Pick<Plan, 'files'>): void {
  for (const { path, id } of plan.files) {
    const problem = checkPath(path)
    if (problem)
      throw new BoltError('layer-invalid', { message: `The layer file "${id}" has the path "${path}"`, why: problem })
  }
  const pair = findCollision(plan.files.map((file) => file.path))
  if (pair) throw new BoltError('layer-invalid', { message: `"${pair[0]}" and "${pair[1]}" cannot both exist` })
}

function stateOf(plan: Plan): NewFile[] {
  const bases = new Map(plan.files.map((file) => [sha256(file.content), file.content]))
  const project = {
    schema: SCHEMA_VERSION,
    version: plan.version,
    answers: plan.answers,
    pending: [],
    history: [{ command: 'create', from: null, to: plan.version }],
  }
  const entries = plan.files.map((file) => entryOf(file))
  return stateFiles(project, entries, bases).map((file) => ({ ...file, mode: '100644' }))
}

/** A folder that does not exist yet: everything is written under a name beside it, and one rename makes it appear. */
async function createBeside(disk: Disk, root: string, files: readonly NewFile[], signal?: AbortSignal): Promise<void> {
  const cut = root.lastIndexOf('/')
  const parent = root.slice(0, cut) || '/'
  const made = await makeFolders(disk, parent)
  const draft = `${parent === '/' ? '' : parent}/.${root.slice(cut + 1)}.bolt-${process.pid}`
  try {
    await removeAbandoned(disk, parent, root.slice(cut + 1))
    await disk.makeFolder(draft)
    for (const file of files) {
      signal?.throwIfAborted()
      const path = `${draft}/${file.path}`
      await makeFolders(disk, path.slice(0, path.lastIndexOf('/')))
      await disk.create(path, file.content, file.mode === '100755' ? 0o755 : 0o644)
    }
    await disk.flush(draft)
    signal?.throwIfAborted()
    await disk.move(draft, root)
  } catch (error) {
    await removeTree(disk, draft)
    for (const folder of made.reverse()) await disk.removeFolder(folder)
    throw error
  }
  await disk.flush(parent)
}

/** Drafts of the same project whose process is gone. */
async function removeAbandoned(disk: Disk, parent: string, name: string): Promise<void> {
  const prefix = `.${name}.bolt-`
  for (const entry of await disk.list(parent)) {
    const pid = entry.startsWith(prefix) ? entry.slice(prefix.length) : ''
    if (/^\d{1,10}$/.test(pid) && !isRunning(Number(pid))) await removeTree(disk, `${parent}/${entry}`)
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A folder that exists, perhaps the one the user stands in: journalled, and without a trace when it fails. */
async function createInside(disk: Disk, root: string, files: readonly NewFile[], signal?: AbortSignal): Promise<void> {
  let ours = false
  try {
    await withLock(disk, root, async () => {
      await recover(disk, root)
      if (await disk.stat(`${root}/${PROJECT_FILE}`)) throw alreadyAProject(root)
      ours = true
      const changes = files.map(({ path, content, mode }): Change => ({ path, next: { content, mode }, before: null }))
      await applyChanges(root, changes, { command: 'create', disk, signal, keep: false })
    })
  } finally {
    if (ours) await removeTree(disk, `${root}/${TXN}`)
    for (const folder of [TXN, '.bolt']) await removeFolderIfEmpty(disk, `${root}/${folder}`)
  }
}

function alreadyAProject(root: string): BoltError {
  return new BoltError('already-a-project', {
    message: `${root} already holds a generated project`,
    why: `${PROJECT_FILE} is there`,
    hint: 'Move it to the newest version with: npx bolt upgrade',
  })
}
