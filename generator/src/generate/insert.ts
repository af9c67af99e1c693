/** Putting a line into a file of the user's, and taking exactly that line out again. */
import { BoltError } from '../errors.ts'
import { compareSources } from '../model/imports.ts'
import type { Insertion } from './render-resource.ts'

/** What a module without exports says to be one. */
const EMPTY = 'export {}'

/** The text with the line in its place; the same text when it is there already. */
export function insertLine(text: string, insertion: Insertion): string {
  const all = text.split('\n')
  if (all.some((line) => line.trim() === insertion.line)) return text
  const lines = insertion.kind === 'export' ? all.filter((line) => line !== EMPTY) : all
  const at = insertion.kind === 'route' ? placeForRoute(lines, insertion) : placeForModule(lines, insertion)
  const indent = insertion.kind === 'route' ? (/^\s*/.exec(lines[at] ?? '')?.[0] ?? '') : ''
  return [...lines.slice(0, at), indent + insertion.line, ...lines.slice(at)].join('\n')
}

/** The text without the line, or nothing when it is not there as we wrote it. */
export function removeLine(text: string, { line, kind }: Insertion): string | undefined {
  const lines = text.split('\n')
  const at = lines.findIndex((each) => each.trim() === line)
  if (at < 0) return undefined
  const left = lines.toSpliced(at, 1)
  const isModule = left.some((each) => /^(?:import|export)\b/.test(each))
  return (kind === 'export' && !isModule ? left.toSpliced(at, 0, EMPTY) : left).join('\n')
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

/** Among the statements of the same kind, in the order Biome keeps them; at the end of them otherwise. */
function placeForModule(lines: readonly string[], { line, kind }: Insertion): number {
  const source = sourceOf(line) ?? ''
  const statements = lines.flatMap((each, index) => {
    const other = sourceOf(each)
    return other !== undefined && (kind === 'export') === each.startsWith('export')
      ? [{ other, start: startOf(lines, index), end: index }]
      : []
  })
  const next = statements.find(({ other }) => compareSources(other, source) > 0)
  return next?.start ?? (statements.at(-1)?.end ?? lastLine(lines)) + 1
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
