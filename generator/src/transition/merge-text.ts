/** Three-way merge by lines. */
import { diff3Merge } from 'node-diff3'
import { splitLines } from './text.ts'

/** A place where both sides changed the same lines in different ways. */
export interface Clash {
  readonly base: string
  readonly yours: string
  readonly incoming: string
}

export interface TextMerge {
  /** With conflict markers in diff3 style where the sides clash. */
  readonly text: string
  readonly clashes: readonly Clash[]
}

/** Versions named in the markers. */
export interface MergeLabels {
  readonly base: string
  readonly incoming: string
}

const YOURS = '<<<<<<< yours'
const BASE = '||||||| base'
const MIDDLE = '======='
const INCOMING = '>>>>>>> incoming'

/** Merges what the user and the template each changed since the base. Equal changes on both sides never clash. */
export function mergeText(base: string, yours: string, incoming: string, labels: MergeLabels): TextMerge {
  const clashes: Clash[] = []
  const regions = diff3Merge(splitLines(yours), splitLines(base), splitLines(incoming), { excludeFalseConflicts: true })
  const text = regions.map((region) => {
    if (region.ok) return region.ok.join('')
    const { a = [], o = [], b = [] } = region.conflict ?? {}
    const clash = { base: o.join(''), yours: a.join(''), incoming: b.join('') }
    clashes.push(clash)
    return markersFor(clash, labels)
  })
  return { text: text.join(''), clashes }
}

/** Whether conflict markers of ours are left in the text. */
export function hasMarkers(text: string): boolean {
  return /^<{7} yours\r?$/m.test(text) || /^>{7} incoming(?: \(|\r?$)/m.test(text)
}

/** The text with every marked place decided for one side. */
export function decideMarkers(text: string, side: 'yours' | 'incoming'): string {
  let within: 'none' | 'yours' | 'base' | 'incoming' = 'none'
  const kept: string[] = []
  for (const line of splitLines(text)) {
    if (line.startsWith(YOURS)) within = 'yours'
    else if (within === 'yours' && line.startsWith(BASE)) within = 'base'
    else if (within === 'base' && line.trimEnd() === MIDDLE) within = 'incoming'
    else if (within === 'incoming' && line.startsWith(INCOMING)) within = 'none'
    else if (within === 'none' || within === side) kept.push(line)
  }
  return kept.join('')
}

function markersFor(clash: Clash, labels: MergeLabels): string {
  const block = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
  return [
    `${YOURS}\n`,
    block(clash.yours),
    `${BASE} (${labels.base})\n`,
    block(clash.base),
    `${MIDDLE}\n`,
    block(clash.incoming),
    `${INCOMING} (${labels.incoming})\n`,
  ].join('')
}
