/** A project in memory: made, edited and moved through the same code as a real one. */
import { applyPlan } from '../../src/apply/create.ts'
import { type Outcome, type RunOptions, runTransition } from '../../src/transition/run.ts'
import { actionsOf } from '../../src/transition/transition.ts'
import type { Answers, FileClass, FileMode, Plan, PlannedFile } from '../../src/types.ts'
import { MemoryDisk } from './memory-disk.ts'

export const ROOT = '/home/project'
const answers = { name: 'project', docker: true } as unknown as Answers

export interface FileSpec {
  readonly id?: string
  readonly path: string
  readonly content: string | Uint8Array
  readonly class?: FileClass
  readonly mode?: FileMode
}

/** A render: files with short specs. */
export function planOf(version: string, files: readonly FileSpec[], given: Partial<Answers> = {}): Plan {
  const planned = files.map(
    ({ id, path, content, class: fileClass = 'managed', mode = '100644' }): PlannedFile => ({
      id: `layer:${id ?? path}`,
      path,
      class: fileClass,
      mode,
      content: typeof content === 'string' ? new TextEncoder().encode(content) : content,
    }),
  )
  planned.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { version, answers: { ...answers, ...given }, files: planned, tasks: [], next: [] }
}

/** A disk with the project rendered. */
export async function createWorld(plan: Plan): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  disk.put('/home/.keep', '')
  await applyPlan(plan, ROOT, { disk })
  return disk
}

/** Moves the project to a plan; git stays out of it. */
export function move(
  disk: MemoryDisk,
  plan: Plan,
  options: Partial<RunOptions> = {},
  signal = new AbortController().signal,
): Promise<Outcome> {
  const all = { command: 'upgrade', dryRun: false, allowDirty: true, conflicts: 'side', ...options, plan } as const
  return runTransition({ root: ROOT, disk }, all, { env: {}, signal })
}

/** Action by path. */
export function actionsByPath({ transition }: Outcome): Record<string, string> {
  return Object.fromEntries(actionsOf(transition).map(({ path, action }) => [path, action]))
}

/** The user's files: everything but `.bolt/`. */
export function userFiles(disk: MemoryDisk): Record<string, string> {
  return disk.files(ROOT, (path) => !path.startsWith('.bolt/'))
}

/** Everything but the local journals, with folders. */
export function committedFiles(disk: MemoryDisk): Record<string, string> {
  const isCommitted = (path: string): boolean => !path.startsWith('.bolt/txn')
  const folders = disk.folders(ROOT).filter(isCommitted)
  return { ...disk.files(ROOT, isCommitted), ...Object.fromEntries(folders.map((path) => [`${path}/`, 'folder'])) }
}

export function edit(disk: MemoryDisk, path: string, content: string | Uint8Array, mode?: number): void {
  disk.put(`${ROOT}/${path}`, content, mode)
}

export function erase(disk: MemoryDisk, path: string): void {
  disk.nodes.delete(`${ROOT}/${path}`)
}
