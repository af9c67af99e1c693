/** Files the user moved: the tracked path is gone, and the same content, or nearly, lies at a path that nobody tracks. */
import { basename, extname } from 'node:path/posix'
import type { BaseFile } from '../state/state.ts'
import { readText, sameText } from './text.ts'
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
  const found = new Map<string, string>()
  const free = new Set(candidates)
  const settle = (match: (file: BaseFile) => string | undefined): void => {
    const wishes = missing.filter((file) => !found.has(file.id)).map((file) => [file.id, match(file)] as const)
    for (const [id, path] of wishes) {
      if (path === undefined || wishes.filter(([, other]) => other === path).length > 1) continue
      found.set(id, path)
      free.delete(path)
    }
  }
  settle((file) => equalFile(file, tree, free))
  settle((file) => similarFile(file, tree, free))
  return found
}

function equalFile(file: BaseFile, tree: UserTree, free: ReadonlySet<string>): string | undefined {
  const { content } = file
  if (!content || content.length === 0) return undefined
  const equal = [...free].filter((path) => {
    const other = tree.get(path)
    return other?.kind === 'file' && sameText(other.content, content)
  })
  if (equal.length === 1) return equal[0]
  const sameName = equal.filter((path) => basename(path) === basename(file.path))
  return sameName.length === 1 ? sameName[0] : undefined
}

function similarFile(file: BaseFile, tree: UserTree, free: ReadonlySet<string>): string | undefined {
  const base = lineCounts(file.content)
  if (!base) return undefined
  const scored = [...free].flatMap((path) => {
    const other = tree.get(path)
    if (other?.kind !== 'file' || extname(path) !== extname(file.path)) return []
    const lines = lineCounts(other.content)
    return lines ? [{ path, score: similarity(base, lines) }] : []
  })
  const [best, second] = scored.sort((a, b) => b.score - a.score)
  if (!best || best.score < THRESHOLD) return undefined
  return second && second.score >= THRESHOLD ? undefined : best.path
}

/** How often each line occurs; nothing for binary and for short files. */
function lineCounts(content: Uint8Array | undefined): Map<string, number> | undefined {
  const text = content && readText(content)?.text
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
