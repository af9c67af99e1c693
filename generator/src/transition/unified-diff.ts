/** Differences of two texts in unified form, as `git diff` shows them. */
import { diffIndices } from 'node-diff3'
import { splitLines } from './text.ts'

const CONTEXT = 3

interface Change {
  readonly before: readonly [number, number]
  readonly after: readonly [number, number]
}

/** The difference with three lines of context; empty when the texts are equal. */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  const [a, b] = [splitLines(before), splitLines(after)]
  const changes = diffIndices(a, b).map(({ buffer1, buffer2 }): Change => ({ before: buffer1, after: buffer2 }))
  if (changes.length === 0) return ''
  return [
    `--- ${names.before}\n`,
    `+++ ${names.after}\n`,
    ...hunksOf(changes).map((hunk) => printHunk(hunk, a, b)),
  ].join('')
}

/** Changes whose context touches belong to one hunk. */
function hunksOf(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = []
  for (const change of changes) {
    const last = hunks.at(-1)
    const previous = last?.at(-1)
    if (last && previous && change.before[0] - (previous.before[0] + previous.before[1]) <= 2 * CONTEXT)
      last.push(change)
    else hunks.push([change])
  }
  return hunks
}

function printHunk(hunk: readonly Change[], a: readonly string[], b: readonly string[]): string {
  const [first, last] = [hunk[0], hunk.at(-1)]
  if (!first || !last) return ''
  const lead = Math.min(CONTEXT, first.before[0])
  const start = first.before[0] - lead
  const end = Math.min(a.length, last.before[0] + last.before[1] + CONTEXT)
  const lines: string[] = []
  let at = start
  for (const { before, after } of hunk) {
    lines.push(...a.slice(at, before[0]).map((line) => printLine(' ', line)))
    lines.push(...a.slice(before[0], before[0] + before[1]).map((line) => printLine('-', line)))
    lines.push(...b.slice(after[0], after[0] + after[1]).map((line) => printLine('+', line)))
    at = before[0] + before[1]
  }
  lines.push(...a.slice(at, end).map((line) => printLine(' ', line)))
  const grown = hunk.reduce((sum, { before, after }) => sum + after[1] - before[1], 0)
  const length = end - start
  return `@@ -${range(start, length)} +${range(first.after[0] - lead, length + grown)} @@\n${lines.join('')}`
}

function range(start: number, length: number): string {
  return `${length === 0 ? start : start + 1},${length}`
}

function printLine(sign: string, line: string): string {
  return line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`
}
