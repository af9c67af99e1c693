/** Putting a line into a file of the user's, and taking exactly that line out again. */
import { BoltError } from '../errors.ts'
import { compareSources } from '../model/imports.ts'
import type { Insertion } from './render-resource.ts'

/** What a module without exports says to be one. */
const EMPTY = 'export {}'

/**
 * Comments of the templates under which lines of the user's own go. There they never touch a line that a battery adds or takes away, so that an upgrade
 * and a generated line cannot conflict. The blank line after it makes the group one that Biome sorts by itself.
 */
const OWN: Readonly<Record<Insertion['kind'], RegExp | undefined>> = {
  import: /^\/\/ Imports of your own\b/,
  export: /^\/\/ Tables of your own\b/,
  route: undefined,
}

/** The text with the line in its place; the same text when it is there already. */
export function insertLine(text: string, insertion: Insertion): string {
  const all = text.split('\n')
  if (all.some((line) => line.trim() === insertion.line)) return text
  const lines = insertion.kind === 'export' ? all.filter((line) => line !== EMPTY) : all
  const group = ownGroup(lines, insertion)
  const at = insertion.kind === 'route' ? placeForRoute(lines, insertion) : placeForModule(lines, insertion, group)
  const indent = insertion.kind === 'route' ? (/^\s*/.exec(lines[at] ?? '')?.[0] ?? '') : ''
  const opening = group !== undefined && at === group + 1 ? [''] : []
  return [...lines.slice(0, at), ...opening, indent + insertion.line, ...lines.slice(at)].join('\n')
}

/** The text without the line, or nothing when it is not there as we wrote it. */
export function removeLine(text: string, insertion: Insertion): string | undefined {
  const lines = text.split('\n')
  const at = lines.findIndex((each) => each.trim() === insertion.line)
  if (at < 0) return undefined
  const group = ownGroup(lines, insertion)
  const isLast = group !== undefined && at === group + 2 && lines[at + 1] === '' && lines[at - 1] === ''
  const left = isLast ? lines.toSpliced(at - 1, 2) : lines.toSpliced(at, 1)
  const isModule = left.some((each) => /^(?:import|export)\b/.test(each))
  const emptyAt = group === undefined ? at : group - 1
  return (insertion.kind === 'export' && !isModule ? left.toSpliced(emptyAt, 0, EMPTY) : left).join('\n')
}

/** The line of the comment above the user's own lines of this kind. */
function ownGroup(lines: readonly string[], { kind }: Insertion): number | undefined {
  const comment = OWN[kind]
  const at = comment === undefined ? -1 : lines.findIndex((line) => comment.test(line))
  return at < 0 ? undefined : at
}

/** Before the line that returns the application: after all other routes. */
function placeForRoute(lines: readonly string[], { path, line }: Insertion): number {
  const at = lines.findLastIndex((each) => /^\s*return app\b/.test(each))
  if (at >= 0) return at
  throw new BoltError('generate-refused', {
    message: `${path} has no place for the routes.`,
    why: 'They go before the line `return app`, which is not there.',
    hint: `Put that line back, or add by hand: ${line}`,
  })
}

/**
 * Among the statements of the same kind, in the order Biome keeps them; at the end of them otherwise. Where the file has a group for the user's own
 * lines, only that group counts, and directly below its comment is the place of the first one.
 */
function placeForModule(lines: readonly string[], { line, kind }: Insertion, group: number | undefined): number {
  const source = sourceOf(line) ?? ''
  const statements = lines.flatMap((each, index) => {
    const other = sourceOf(each)
    return other !== undefined && (kind === 'export') === each.startsWith('export') && index > (group ?? -1)
      ? [{ other, start: startOf(lines, index), end: index }]
      : []
  })
  const next = statements.find(({ other }) => compareSources(other, source) > 0)
  return next?.start ?? (statements.at(-1)?.end ?? group ?? lastLine(lines)) + 1
}

function sourceOf(line: string): string | undefined {
  return /^(?:import|export|\}) .*from '([^']+)'/.exec(line)?.[1] ?? /^import '([^']+)'/.exec(line)?.[1]
}

/** First line of the statement that ends here. */
function startOf(lines: readonly string[], end: number): number {
  let start = end
  while (start > 0 && !/^(?:import|export)\b/.test(lines[start] ?? '')) start -= 1
  return start
}

/** The last line with text on it. */
function lastLine(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== '')
}
