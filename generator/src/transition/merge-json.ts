/** Key-wise merge of JSON with comments, by edits to the user's text: its comments, order and layout stay. */
import { applyEdits, findNodeAtLocation, modify, type ParseError, parse, parseTree } from 'jsonc-parser'
import { type MergeLabels, mergeText } from './merge-text.ts'
import {
  type Edit,
  editValue,
  isMap,
  type KeyClash,
  mergeMap,
  type Path,
  sameValue,
  type ValueMerge,
} from './merge-value.ts'

export interface Texts {
  readonly base: string
  readonly yours: string
  readonly incoming: string
}

export interface StructuredMerge {
  readonly text: string
  readonly clashes: readonly KeyClash[]
  readonly notes: readonly string[]
}

/** Fills the merge of two root maps; package.json brings its own. */
export type MapMerge = (base: JsonMap, yours: JsonMap, incoming: JsonMap, out: ValueMerge) => void
export type JsonMap = Readonly<Record<string, unknown>>

/** Merges by key, or gives nothing when a side is not a JSON object: then the text is merged. */
export function mergeJson(texts: Texts, labels: MergeLabels, mergeRoot: MapMerge = byKey): StructuredMerge | undefined {
  const [base, yours, incoming] = [parseJson(texts.base), parseJson(texts.yours), parseJson(texts.incoming)]
  if (!isMap(base) || !isMap(yours) || !isMap(incoming)) return undefined
  const out: ValueMerge = { edits: [], clashes: [], notes: [] }
  mergeRoot(base, yours, incoming, out)
  const wanted = editValue(yours, out.edits)
  const byLine = mergeText(texts.base, texts.yours, texts.incoming, labels)
  const text =
    byLine.clashes.length === 0 && sameValue(parseJson(byLine.text), wanted)
      ? byLine.text
      : editJson(texts.yours, out.edits)
  return { text, clashes: out.clashes, notes: out.notes }
}

/** The value of JSON with comments; nothing when it does not parse. */
export function parseJson(text: string): unknown {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  return errors.length > 0 ? undefined : value
}

function byKey(base: JsonMap, yours: JsonMap, incoming: JsonMap, out: ValueMerge): void {
  mergeMap(base, yours, incoming, [], out)
}

/** The text after the edits. */
export function editJson(text: string, edits: readonly Edit[]): string {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  '
  const formattingOptions = { insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol: '\n' }
  return edits.reduce((current, edit) => {
    const value = edit.kind === 'delete' ? undefined : edit.value
    const isReplaced =
      edit.kind === 'delete' || (edit.kind === 'set' && typeof value !== 'object' && has(current, edit.path))
    return applyEdits(
      current,
      modify(current, [...edit.path], value, {
        ...(isReplaced ? {} : { formattingOptions }),
        getInsertionIndex: (keys) => placeOf(edit, keys),
        isArrayInsertion: edit.kind === 'insert',
      }),
    )
  }, text)
}

/** Whether there is a value at the path: only a new one needs to be laid out. */
function has(text: string, path: Path): boolean {
  const root = parseTree(text)
  return root !== undefined && findNodeAtLocation(root, [...path]) !== undefined
}

/** Where a new key goes: into the alphabet if the map is sorted, else after its neighbour in the incoming document. */
function placeOf(edit: Edit, keys: readonly string[]): number {
  const key = String(edit.path.at(-1))
  const sorted = keys.length > 1 && keys.every((other, i) => i === 0 || (keys[i - 1] as string) <= other)
  if (sorted) {
    const after = keys.findIndex((other) => other > key)
    return after === -1 ? keys.length : after
  }
  const order = edit.kind === 'set' ? (edit.order ?? []) : []
  const before = order.slice(0, order.indexOf(key)).findLast((other) => keys.includes(other))
  if (before !== undefined) return keys.indexOf(before) + 1
  return order.includes(key) ? 0 : keys.length
}
