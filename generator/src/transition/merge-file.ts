/** Merges one file by its class and name. */
import { dirname } from 'node:path/posix'
import type { FileClass } from '../types.ts'
import { mergeJson, type StructuredMerge, type Texts } from './merge-json.ts'
import { mergeLines } from './merge-lines.ts'
import { type IsUsed, mergePackageJson } from './merge-package-json.ts'
import { type MergeLabels, mergeText } from './merge-text.ts'
import { mergeYaml } from './merge-yaml.ts'
import { checkSyntax } from './parse-check.ts'
import { readText, writeText } from './text.ts'

export interface MergeInput {
  readonly path: string
  readonly class: FileClass
  readonly base: Uint8Array
  readonly yours: Uint8Array
  readonly incoming: Uint8Array
}

export interface MergeContext {
  readonly labels: MergeLabels
  readonly isUsed: IsUsed
}

/**
 * clean: `content` is the merge. markers: `content` has conflict markers. aside: `content` is what can be merged without a doubt (the user's file
 * where nothing can), the incoming file goes to `.bolt/incoming/`.
 */
export interface MergeResult {
  readonly kind: 'clean' | 'markers' | 'aside'
  readonly content: Uint8Array
  /** Why there is a conflict; what was kept. */
  readonly why: string
  readonly notes: readonly string[]
}

/** Merges the user's edits with what is new in the template. */
export function mergeFile(input: MergeInput, context: MergeContext): MergeResult {
  const aside = (why: string): MergeResult => ({ kind: 'aside', content: input.yours, why, notes: [] })
  const [base, yours, incoming] = [readText(input.base), readText(input.yours), readText(input.incoming)]
  if (input.class === 'opaque' || !base || !yours || !incoming) return aside('it is binary, and both sides changed it')
  const texts = { base: base.text, yours: yours.text, incoming: incoming.text }
  const merged = mergeStructured(input, texts, context) ?? mergePlain(input, texts, context)
  if (merged.kind === 'markers') return { ...merged, content: writeText(merged.text, yours) }
  const problem = checkSyntax(input.path, merged.text)
  // A side that does not parse either says more about our parser than about the merge.
  const sidesParse = [texts.yours, texts.incoming].every((text) => checkSyntax(input.path, text) === undefined)
  if (problem && sidesParse) return aside(`merged by lines, ${problem}`)
  return { ...merged, content: writeText(merged.text, yours) }
}

type Merged = Omit<MergeResult, 'content'> & { readonly text: string }

function mergeStructured(input: MergeInput, texts: Texts, { labels, isUsed }: MergeContext): Merged | undefined {
  const merge = structuredMerge(input, texts, labels, isUsed)
  if (!merge) return undefined
  const why = merge.clashes.map((clash) => clash.why).join('; ')
  return { kind: merge.clashes.length === 0 ? 'clean' : 'aside', text: merge.text, why, notes: merge.notes }
}

function structuredMerge(
  input: MergeInput,
  texts: Texts,
  labels: MergeLabels,
  isUsed: IsUsed,
): StructuredMerge | undefined {
  const name = input.path.slice(dirname(input.path) === '.' ? 0 : dirname(input.path).length + 1)
  if (name === 'package.json') return mergePackageJson(texts, labels, isUsed)
  if (input.class !== 'structured') return undefined
  if (/\.jsonc?$/.test(name)) return mergeJson(texts, labels)
  if (/\.ya?ml$/.test(name)) return mergeYaml(texts, labels)
  return undefined
}

function mergePlain(input: MergeInput, texts: Texts, { labels }: MergeContext): Merged {
  const { path } = input
  const lineWise = /(?:^|\/)\.(?:env\.[^/]+|[a-z]+ignore|npmrc)$/.test(path)
  const { text, clashes } = lineWise
    ? mergeLines(path, texts, labels)
    : mergeText(texts.base, texts.yours, texts.incoming, labels)
  if (clashes.length === 0) return { kind: 'clean', text, why: '', notes: [] }
  const places = clashes.length === 1 ? 'one place' : `${clashes.length} places`
  const why = `you and the template changed the same lines in ${places}`
  return /\.jsonc?$/.test(path)
    ? { kind: 'aside', text: texts.yours, why, notes: [] }
    : { kind: 'markers', text, why, notes: [] }
}
