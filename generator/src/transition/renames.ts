/** Files the user moved: the tracked path is gone, and the same content, or nearly, lies at a path that nobody tracks. */
import { basename, extname } from 'node:path/posix'
import { sha256 } from '../state/hash.ts'
import type { BaseFile } from '../state/state.ts'
import { readText } from './text.ts'
import type { UserTree } from './user-tree.ts'

/** Share of common lines from which two files count as one. */
const THRESHOLD = 0.6
/** Smaller files are alike by chance: they have to be equal. */
const MIN_LINES = 5

/** New paths by id. `missing` are tracked files that are not where they were, `candidates` paths that nobody tracks. */
export function findRenames(
  missing: readonly BaseFile[],
  tree: UserTree,
  candidates: readonly string[],
): Map<string, string> {
  if (missing.length === 0) return new Map()
  const found = new Map<string, string>()
  const free = new Map(candidates.flatMap((path) => candidateAt(path, tree)))
  const settle = (match: (file: BaseFile) => string | undefined): void => {
    const wishes = missing.filter((file) => !found.has(file.id)).map((file) => [file.id, match(file)] as const)
    for (const [id, path] of wishes) {
      if (path === undefined || wishes.filter(([, other]) => other === path).length > 1) continue
      found.set(id, path)
      free.delete(path)
    }
  }
  settle((file) => equalFile(file, free))
  settle((file) => similarFile(file, free))
  return found
}

interface Candidate {
  /** Equal for files that differ only in line ends and byte order mark. */
  readonly key: string
  readonly lines: ReadonlyMap<string, number> | undefined
}

function candidateAt(path: string, tree: UserTree): [string, Candidate][] {
  const file = tree.get(path)
  return file?.kind === 'file' ? [[path, { key: contentKey(file.content), lines: lineCounts(file.content) }]] : []
}

function contentKey(content: Uint8Array): string {
  const text = readText(content)?.text
  return sha256(text === undefined ? content : text.replaceAll('\r\n', '\n'))
}

function equalFile({ content, path }: BaseFile, free: ReadonlyMap<string, Candidate>): string | undefined {
  if (!content || content.length === 0) return undefined
  const key = contentKey(content)
  const equal = [...free].flatMap(([other, candidate]) => (candidate.key === key ? [other] : []))
  if (equal.length === 1) return equal[0]
  const sameName = equal.filter((other) => basename(other) === basename(path))
  return sameName.length === 1 ? sameName[0] : undefined
}

function similarFile(file: BaseFile, free: ReadonlyMap<string, Candidate>): string | undefined {
  const base = file.content && lineCounts(file.content)
  if (!base) return undefined
  const scored = [...free].flatMap(([path, { lines }]) =>
    lines && extname(path) === extname(file.path) ? [{ path, score: similarity(base, lines) }] : [],
  )
  const [best, second] = scored.sort((a, b) => b.score - a.score)
  if (!best || best.score < THRESHOLD) return undefined
  return second && second.score >= THRESHOLD ? undefined : best.path
}

/** How often each line occurs; nothing for binary and for short files. */
function lineCounts(content: Uint8Array): Map<string, number> | undefined {
  const text = readText(content)?.text
  if (text === undefined) return undefined
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length < MIN_LINES) return undefined
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

/** Dice coefficient of two bags of lines. */
function similarity(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0
  for (const [line, count] of a) common += Math.min(count, b.get(line) ?? 0)
  const total = [...a.values(), ...b.values()].reduce((sum, count) => sum + count, 0)
  return (2 * common) / total
}
