/** Carries out what generators decide: the same lock, journal and undo as every other change of a project. */
import { withLock } from '../apply/lock.ts'
import { markOf } from '../apply/replay.ts'
import { applyChanges, type Change } from '../apply/transaction.ts'
import { BoltError } from '../errors.ts'
import type { Project } from '../transition/project.ts'
import type { Action, Io } from '../types.ts'

/** One path as a generator wants it; null takes it away. */
export interface WantedFile {
  readonly path: string
  readonly text: string | null
  readonly reason: string
}

export interface EngineRequest {
  readonly command: string
  readonly files: readonly WantedFile[]
  readonly dryRun: boolean
}

/** Writes all of it, or nothing. */
export async function carryOut(
  { root, disk }: Project,
  { command, files, dryRun }: EngineRequest,
  io: Pick<Io, 'signal'>,
): Promise<Action[]> {
  const changes = await Promise.all(files.map((file) => changeOf(root, disk, file)))
  const actions = files.flatMap((file, index): Action[] => {
    const change = changes[index]
    if (!change || file.path.startsWith('.bolt/')) return []
    const action = change.next === null ? 'delete' : change.before === null ? 'add' : 'write'
    return [{ path: file.path, id: `${command}:${file.path}`, action, reason: file.reason }]
  })
  if (!dryRun) {
    await withLock(disk, root, () =>
      applyChanges(
        root,
        changes.filter((change) => change !== undefined),
        { command, disk, signal: io.signal },
      ),
    )
  }
  return actions
}

/** The text of a file of the project. */
export async function readProjectText({ root, disk }: Project, path: string): Promise<string> {
  const entry = await disk.stat(`${root}/${path}`)
  if (entry?.kind !== 'file') {
    throw new BoltError('generate-refused', {
      message: `${path} is missing.`,
      why: 'The generator adds a line to it.',
      hint: `Bring it back with: bolt restore ${path}`,
    })
  }
  return new TextDecoder().decode(await disk.read(`${root}/${path}`))
}

async function changeOf(root: string, disk: Project['disk'], { path, text }: WantedFile): Promise<Change | undefined> {
  const before = await markOf(disk, `${root}/${path}`)
  if (before === 'other')
    throw new BoltError('generate-refused', { message: `${path} is in the way.`, why: 'It is a folder or a link.' })
  if (before === null && text === null) return undefined
  return {
    path,
    before,
    next: text === null ? null : { content: new TextEncoder().encode(text), mode: before?.mode ?? '100644' },
  }
}
