/** Files of independent lines, such as `.env.example` and ignore files: merged by the key of each line. */
import type { Texts } from './merge-json.ts'
import { type MergeLabels, mergeText, type TextMerge } from './merge-text.ts'
import { splitLines } from './text.ts'

/** Merges by line; where the text merge clashes, every line is decided on its own. A key changed on both sides still clashes. */
export function mergeLines(path: string, texts: Texts, labels: MergeLabels): TextMerge {
  const byText = mergeText(texts.base, texts.yours, texts.incoming, labels)
  if (byText.clashes.length === 0) return byText
  const keyOf = /(?:^|\/)\.env(?:\.|$)/.test(path) ? envKey : ignoreKey
  const [base, yours, incoming] = [keyed(texts.base, keyOf), keyed(texts.yours, keyOf), keyed(texts.incoming, keyOf)]
  if (!base || !yours || !incoming) return byText
  const result = new Map<string, string>()
  for (const [key, line] of yours) {
    const [b, n] = [base.get(key), incoming.get(key)]
    if (n === undefined && b === line) continue
    if (n === undefined || n === line || n === b) result.set(key, line)
    else if (line === b) result.set(key, n)
    else return byText
  }
  return { text: inOrder(result, incoming, base), clashes: [] }
}

/** The user's lines in their order; each new line after the one it follows in the incoming file. */
function inOrder(
  kept: ReadonlyMap<string, string>,
  incoming: ReadonlyMap<string, string>,
  base: ReadonlyMap<string, string>,
): string {
  const keys = [...kept.keys()]
  const order = [...incoming.keys()]
  for (const [position, key] of order.entries()) {
    if (kept.has(key) || base.has(key)) continue
    const before = order.slice(0, position).findLast((other) => keys.includes(other))
    keys.splice(before === undefined ? keys.length : keys.indexOf(before) + 1, 0, key)
  }
  const lines = keys.map((key) => kept.get(key) ?? incoming.get(key) ?? '')
  return lines.map((line, index) => (index < lines.length - 1 && !line.endsWith('\n') ? `${line}\n` : line)).join('')
}

/** Lines by key; nothing when a key is there twice. Blank lines and comments belong to the line below them. */
function keyed(text: string, keyOf: (line: string) => string | undefined): Map<string, string> | undefined {
  const lines = new Map<string, string>()
  let above = ''
  for (const line of splitLines(text)) {
    const key = keyOf(line.trim())
    if (key === undefined) {
      above += line
      continue
    }
    if (lines.has(key)) return undefined
    lines.set(key, above + line)
    above = ''
  }
  if (above !== '') lines.set('end of file', above)
  return lines
}

/** `KEY=value` and, for what is optional, `# KEY=value`. */
function envKey(line: string): string | undefined {
  return /^(?:#\s*)?(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/.exec(line)?.[1]
}

function ignoreKey(line: string): string | undefined {
  return line === '' || line.startsWith('#') ? undefined : line
}
