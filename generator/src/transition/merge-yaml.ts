/** Key-wise merge of YAML on its syntax tree, so that comments, quoting and order of the user's file stay. */
import { type Document, isAlias, isCollection, isSeq, parseDocument, visit } from 'yaml'
import type { StructuredMerge, Texts } from './merge-json.ts'
import { type MergeLabels, mergeText } from './merge-text.ts'
import { type Edit, editValue, isMap, mergeMap, sameValue, type ValueMerge } from './merge-value.ts'

/** Merges by key; gives nothing when a side is no map, has aliases, or does not survive a round trip byte for byte. */
export function mergeYaml(texts: Texts, labels: MergeLabels): StructuredMerge | undefined {
  const [base, yours, incoming] = [readYaml(texts.base), readYaml(texts.yours), readYaml(texts.incoming)]
  if (!base || !yours || !incoming) return undefined
  const out: ValueMerge = { edits: [], clashes: [], notes: [] }
  mergeMap(base.value, yours.value, incoming.value, [], out)
  const wanted = editValue(yours.value, out.edits)
  const byLine = mergeText(texts.base, texts.yours, texts.incoming, labels)
  const done = { clashes: out.clashes, notes: out.notes }
  if (byLine.clashes.length === 0 && sameValue(readYaml(byLine.text)?.value, wanted))
    return { ...done, text: byLine.text }
  const text = editYaml(texts.yours, yours.document, incoming.document, out.edits)
  return text !== undefined && sameValue(readYaml(text)?.value, wanted) ? { ...done, text } : undefined
}

const STYLE = { lineWidth: 0, flowCollectionPadding: true } as const

function readYaml(text: string): { document: Document; value: Record<string, unknown> } | undefined {
  const document = parseDocument(text)
  if (document.errors.length > 0) return undefined
  let aliases = false
  visit(document, {
    Alias() {
      aliases = true
    },
  })
  const value: unknown = aliases ? undefined : document.toJS()
  return isMap(value) ? { document, value } : undefined
}

/** The user's text after the edits; nothing when the printer would touch more than them. */
function editYaml(text: string, document: Document, incoming: Document, edits: readonly Edit[]): string | undefined {
  const style = styleThatKeeps(text, document)
  if (!style) return undefined
  for (const edit of edits) {
    if (edit.kind === 'delete') document.deleteIn(edit.path)
    else if (edit.kind === 'set') document.setIn(edit.path, nodeFor(edit, incoming, document))
    else {
      const list = document.getIn(edit.path.slice(0, -1))
      if (!isSeq(list)) return undefined
      list.items.splice(Number(edit.path.at(-1)), 0, document.createNode(edit.value))
    }
  }
  return document.toString(style)
}

/** The node as the template has it, with its comments, where it is at the same path; a plain value keeps the comment beside the old one. */
function nodeFor(edit: Extract<Edit, { kind: 'set' }>, incoming: Document, document: Document): unknown {
  if (typeof edit.value !== 'object') return edit.value
  const node: unknown = edit.path.some((part) => typeof part === 'number') ? undefined : incoming.getIn(edit.path, true)
  return isCollection(node) && !isAlias(node) ? node : document.createNode(edit.value)
}

function styleThatKeeps(text: string, document: Document): Parameters<Document['toString']>[0] | undefined {
  for (const indentSeq of [true, false])
    for (const indent of [2, 4]) {
      const style = { ...STYLE, indent, indentSeq }
      if (document.toString(style) === text) return style
    }
  return undefined
}
