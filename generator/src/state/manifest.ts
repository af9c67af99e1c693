/** `.bolt/manifest`: one line a file that we wrote, tab-separated `sha256 mode class status id path`, sorted by path. */
import { BoltError } from '../errors.ts'
import { type FileClass, type FileMode, fileClasses } from '../types.ts'
import { checkPath, comparePaths, findCollision } from './paths.ts'

/**
 * What became of a file since we wrote it. current: it follows the template · moved: the user gave it another path, which is the one listed ·
 * deleted: the user took it away, it stays away · diverged: the user answered a conflict with "mine".
 */
export const fileStatuses = ['current', 'moved', 'deleted', 'diverged'] as const
export type FileStatus = (typeof fileStatuses)[number]

export interface ManifestEntry {
  /** Hash of what we rendered last, which is the base of the next merge; not of what lies in the project. */
  readonly sha256: string
  readonly mode: FileMode
  readonly class: FileClass
  readonly status: FileStatus
  readonly id: string
  readonly path: string
}

export const MANIFEST = '.bolt/manifest'
export const MAX_MANIFEST = 4 * 1024 * 1024
const MAX_ENTRIES = 20_000
const HASH = /^[0-9a-f]{64}$/
const ID = /^[A-Za-z0-9@._-]+:[^\t\n\r]+$/
const CLASSES: ReadonlySet<string> = new Set(fileClasses)
const STATUSES: ReadonlySet<string> = new Set(fileStatuses)

/** The manifest as text: a pure function of the entries. */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  const lines = [...entries]
    .sort((a, b) => comparePaths(a.path, b.path))
    .map((entry) => [entry.sha256, entry.mode, entry.class, entry.status, entry.id, entry.path].join('\t'))
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Reads a manifest as hostile input; a fault names its line. */
export function parseManifest(text: string): ManifestEntry[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length > MAX_ENTRIES) throw invalid(MAX_ENTRIES + 1, `there are more than ${MAX_ENTRIES} lines`)
  const ids = new Map<string, number>()
  const entries = lines.map((line, index) => {
    const entry = parseLine(line, index + 1)
    const first = ids.get(entry.id)
    if (first !== undefined) throw invalid(index + 1, `the id "${entry.id}" is already in line ${first}`)
    ids.set(entry.id, index + 1)
    return entry
  })
  const pair = findCollision(entries.filter((entry) => entry.status !== 'deleted').map((entry) => entry.path))
  if (pair) {
    const line = entries.findLastIndex((entry) => entry.path === pair[1]) + 1
    throw invalid(line, `"${pair[1]}" and "${pair[0]}" cannot both exist`)
  }
  return entries
}

function parseLine(line: string, number: number): ManifestEntry {
  if (/^(?:<{7}|\|{7}|={7}|>{7})/.test(line)) throw invalid(number, 'it is a conflict marker of git')
  const fields = line.split('\t')
  if (fields.length !== 6) throw invalid(number, `it has ${fields.length} fields instead of 6, separated by tabs`)
  const [sha256 = '', mode = '', fileClass = '', status = '', id = '', path = ''] = fields
  if (!HASH.test(sha256)) throw invalid(number, `"${clip(sha256)}" is not a SHA-256`)
  if (mode !== '100644' && mode !== '100755') throw invalid(number, `the mode "${clip(mode)}" is not 100644 or 100755`)
  if (!CLASSES.has(fileClass))
    throw invalid(number, `the class "${clip(fileClass)}" is not one of ${fileClasses.join(', ')}`)
  if (!STATUSES.has(status))
    throw invalid(number, `the status "${clip(status)}" is not one of ${fileStatuses.join(', ')}`)
  if (id.length > 1200 || !ID.test(id)) throw invalid(number, `"${clip(id)}" is not a template id`)
  const problem = checkPath(path)
  if (problem) throw invalid(number, `the path "${clip(path)}" is refused: ${problem}`)
  return { sha256, mode, class: fileClass as FileClass, status: status as FileStatus, id, path }
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function invalid(line: number, why: string): BoltError {
  return new BoltError('state-invalid', {
    message: `${MANIFEST} is damaged in line ${line}`,
    why,
    hint: `Take the file back from git (git checkout -- ${MANIFEST}) and run the command again`,
  })
}
