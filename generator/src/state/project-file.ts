/** `.bolt/project.json`: which version and which answers the project was rendered with, what is still open, and what was done so far. */
import { BoltError } from '../errors.ts'
import { checkPath } from './paths.ts'

export const PROJECT_FILE = '.bolt/project.json'
export const SCHEMA_VERSION = 1
export const MAX_PROJECT_FILE = 1024 * 1024
const MAX_HISTORY = 100
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** A conflict that waits for the user. `markers`: in the file itself. `incoming`: the new content lies under `.bolt/incoming/`. */
export interface PendingConflict {
  readonly id: string
  readonly path: string
  readonly kind: 'markers' | 'incoming'
  readonly why: string
}

export interface HistoryEntry {
  readonly command: string
  readonly from: string | null
  readonly to: string
}

export interface ProjectFile {
  readonly schema: number
  /** Generator version of the last render. */
  readonly version: string
  /** Complete answers as they were saved; the option table judges them. */
  readonly answers: Readonly<Record<string, unknown>>
  readonly pending: readonly PendingConflict[]
  /** Oldest first. */
  readonly history: readonly HistoryEntry[]
}

/** The file as text: key order fixed, answers sorted, so that branches merge line by line. */
export function formatProjectFile(project: ProjectFile): string {
  const answers = Object.fromEntries(Object.entries(project.answers).sort(([a], [b]) => (a < b ? -1 : 1)))
  const history = project.history.slice(-MAX_HISTORY)
  const value = { schema: SCHEMA_VERSION, version: project.version, answers, pending: project.pending, history }
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Reads the file as hostile input; a fault names the line or the key. */
export function parseProjectFile(text: string): ProjectFile {
  const value = parseJson(text)
  if (!isRecord(value)) throw invalid('it does not hold an object')
  if (typeof value.schema !== 'number' || !Number.isInteger(value.schema))
    throw invalid('"schema" is not a whole number')
  if (value.schema > SCHEMA_VERSION) throw newer(value.schema)
  if (value.schema < 1) throw invalid(`"schema" is ${value.schema}; the first one is 1`)
  const version = value.version
  if (typeof version !== 'string' || !VERSION.test(version)) throw invalid(`"version" is no version: ${show(version)}`)
  if (!isRecord(value.answers)) throw invalid('"answers" is not an object')
  for (const [key, answer] of Object.entries(value.answers)) checkAnswer(key, answer)
  return {
    schema: value.schema,
    version,
    answers: value.answers,
    pending: listOf(value.pending, 'pending').map(parsePending),
    history: listOf(value.history, 'history').map(parseHistory),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('the key "__proto__" is refused')
      return value
    })
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    const position = /position (\d+)/.exec(detail)?.[1]
    const marker = /^(?:<{7}|={7}|>{7})/m.exec(text)
    const at = marker ? marker.index : position === undefined ? undefined : Number(position)
    const line = at === undefined ? undefined : text.slice(0, at).split('\n').length
    throw invalid(marker ? 'it holds conflict markers of git' : `it is not JSON: ${detail}`, line, cause)
  }
}

function checkAnswer(key: string, answer: unknown): void {
  const plain = (value: unknown): boolean =>
    value === null || typeof value === 'boolean' || (typeof value === 'string' && value.length <= 10_000)
  if (!plain(answer) && !(Array.isArray(answer) && answer.every(plain)))
    throw invalid(`"answers.${key}" is no text, no yes or no, and no list: ${show(answer)}`)
}

function parsePending(value: unknown, index: number): PendingConflict {
  const where = `pending[${index}]`
  if (!isRecord(value)) throw invalid(`"${where}" is not an object`)
  const { id, path, kind, why } = value
  if (typeof id !== 'string' || typeof path !== 'string' || typeof why !== 'string')
    throw invalid(`"${where}" lacks id, path or why`)
  if (kind !== 'markers' && kind !== 'incoming') throw invalid(`"${where}.kind" is ${show(kind)}`)
  const problem = checkPath(path)
  if (problem) throw invalid(`the path ${show(path)} in "${where}" is refused: ${problem}`)
  return { id, path, kind, why }
}

function parseHistory(value: unknown, index: number): HistoryEntry {
  const where = `history[${index}]`
  if (!isRecord(value)) throw invalid(`"${where}" is not an object`)
  const { command, from, to } = value
  if (typeof command !== 'string' || typeof to !== 'string' || (from !== null && typeof from !== 'string'))
    throw invalid(`"${where}" lacks command, from or to`)
  return { command, from, to }
}

function listOf(value: unknown, key: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(`"${key}" is not a list`)
  if (value.length > 20_000) throw invalid(`"${key}" has more than 20000 entries`)
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function invalid(why: string, line?: number, cause?: unknown): BoltError {
  return new BoltError('state-invalid', {
    message: `${PROJECT_FILE} is damaged${line === undefined ? '' : ` in line ${line}`}`,
    why,
    hint: `Take the file back from git (git checkout -- ${PROJECT_FILE}) and run the command again`,
    cause,
  })
}

function newer(schema: number): BoltError {
  return new BoltError('state-newer', {
    message: `${PROJECT_FILE} has schema ${schema}`,
    why: `This version of bolt knows schema ${SCHEMA_VERSION}`,
    hint: 'Install the version that package.json names (npm install), or run: npm exec --package create-bolt-app@latest -- bolt status',
  })
}
