/** The journal of one transaction: everything needed to finish it or to take it back, written once, when all contents are staged. */
import { BoltError } from '../errors.ts'
import { checkPath } from '../state/paths.ts'
import type { FileMode } from '../types.ts'

/** All of this is ignored by git (`.bolt/.gitignore`). */
export const TXN = '.bolt/txn'
/** The transaction at work: `journal.json`, `staged/N`, `backup/N`. */
export const CURRENT = `${TXN}/current`
/** The last finished one, kept for `undo`. */
export const LAST = `${TXN}/last`
export const JOURNAL = `${CURRENT}/journal.json`
export const MAX_JOURNAL = 16 * 1024 * 1024

/** Content hash and mode of a file. */
export interface FileMark {
  readonly sha256: string
  readonly mode: FileMode
}

/** One path: what must lie there before, what lies there after; null stands for no file. */
export interface JournalStep {
  readonly path: string
  readonly before: FileMark | null
  readonly after: FileMark | null
}

export interface Journal {
  readonly schema: 1
  readonly command: string
  /** In the order of execution. */
  readonly steps: readonly JournalStep[]
  /** Folders that are made on the way, outermost first. */
  readonly folders: readonly string[]
}

/** Reads a journal as hostile input. */
export function parseJournal(text: string): Journal {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not JSON', cause)
  }
  if (!isRecord(value) || value.schema !== 1) throw invalid('it has another schema than 1')
  const { command, steps, folders } = value
  if (typeof command !== 'string' || !Array.isArray(steps) || !Array.isArray(folders))
    throw invalid('it lacks command, steps or folders')
  return {
    schema: 1,
    command,
    steps: steps.map(parseStep),
    folders: folders.map((folder: unknown) => {
      if (typeof folder !== 'string') throw invalid('a folder is no text')
      return safePath(folder)
    }),
  }
}

function parseStep(value: unknown, index: number): JournalStep {
  if (!isRecord(value) || typeof value.path !== 'string') throw invalid(`steps[${index}] has no path`)
  const path = safePath(value.path)
  if (path === TXN || path.startsWith(`${TXN}/`)) throw invalid(`steps[${index}] leads into ${TXN}`)
  return { path, before: parseMark(value.before, index), after: parseMark(value.after, index) }
}

function parseMark(value: unknown, index: number): FileMark | null {
  if (value === null) return null
  if (!isRecord(value)) throw invalid(`steps[${index}] has no mark`)
  const { sha256, mode } = value
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw invalid(`steps[${index}] has no hash`)
  if (mode !== '100644' && mode !== '100755') throw invalid(`steps[${index}] has no mode`)
  return { sha256, mode }
}

function safePath(path: string): string {
  const problem = checkPath(path, { state: true })
  if (problem) throw invalid(`the path "${path.slice(0, 80)}" is refused: ${problem}`)
  return path
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(why: string, cause?: unknown): BoltError {
  return new BoltError('state-invalid', {
    message: `${JOURNAL} is damaged`,
    why,
    hint: `The project stays as it is. To give up the interrupted change, delete ${CURRENT}`,
    cause,
  })
}
