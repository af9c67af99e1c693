/** package.json: by key, with rules of its own for dependencies. */

import { type JsonMap, mergeJson, type StructuredMerge, type Texts } from './merge-json.ts'
import { type MergeLabels, mergeText } from './merge-text.ts'
import { isMap, type KeyClash, mergeMap, type ValueMerge } from './merge-value.ts'
import { isBelow } from './version-range.ts'

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
type Section = (typeof SECTIONS)[number]

/** Belong to the project from its first day on. */
const NEVER_TOUCHED: ReadonlySet<string> = new Set(['name', 'version', 'private'])
/** Our own packages: their version is the version of the project's template. */
const OWN = /^(?:create-bolt-app|@bolt-app\/.+)$/

/** Whether the user's code imports a package, or a script of theirs calls it. */
export type IsUsed = (packageName: string) => boolean

interface Dependency {
  readonly section: Section
  readonly range: string
}

/** Merges by key, or gives nothing when a side is not a JSON object. */
export function mergePackageJson(texts: Texts, labels: MergeLabels, isUsed: IsUsed): StructuredMerge | undefined {
  return mergeJson(texts, labels, (base, yours, incoming, out) => {
    const plain = (map: JsonMap): JsonMap =>
      Object.fromEntries(Object.entries(map).filter(([key]) => !isSection(key) && !NEVER_TOUCHED.has(key)))
    mergeMap(plain(base), plain(yours), plain(incoming), [], out)
    mergeChains(out)
    mergeDependencies(base, yours, incoming, isUsed, out)
  })
}

/** Scripts of the form `a && b` that both sides changed: merged by their parts. */
function mergeChains(out: ValueMerge): void {
  const clashes = out.clashes.splice(0)
  for (const clash of clashes) {
    const merged = clash.path[0] === 'scripts' ? mergedChain(clash) : undefined
    if (merged === undefined) out.clashes.push(clash)
    else out.edits.push({ kind: 'set', path: clash.path, value: merged })
  }
}

function mergedChain({ base, yours, incoming }: KeyClash): string | undefined {
  if (typeof base !== 'string' || typeof yours !== 'string' || typeof incoming !== 'string') return undefined
  const lines = (script: string): string => `${script.split(' && ').join('\n')}\n`
  const { text, clashes } = mergeText(lines(base), lines(yours), lines(incoming), { base: '', incoming: '' })
  return clashes.length > 0 ? undefined : text.trimEnd().split('\n').join(' && ')
}

function mergeDependencies(base: JsonMap, yours: JsonMap, incoming: JsonMap, isUsed: IsUsed, out: ValueMerge): void {
  const [b, o, n] = [dependenciesOf(base), dependenciesOf(yours), dependenciesOf(incoming)]
  const left = new Map(SECTIONS.map((section) => [section, Object.keys(mapAt(yours, section)).length]))
  for (const name of [...new Set([...o.keys(), ...n.keys()])].sort()) {
    const sides = { name, base: b.get(name), yours: o.get(name), incoming: n.get(name) }
    const wanted = decideDependency(sides, isUsed, out)
    if (sides.yours && (!wanted || wanted.section !== sides.yours.section)) {
      out.edits.push({ kind: 'delete', path: [sides.yours.section, name] })
      left.set(sides.yours.section, (left.get(sides.yours.section) ?? 1) - 1)
    }
    if (!wanted) continue
    if (wanted.section === sides.yours?.section && wanted.range === sides.yours.range) continue
    if (wanted.section !== sides.yours?.section) left.set(wanted.section, (left.get(wanted.section) ?? 0) + 1)
    const isFirst = !(wanted.section in yours) && !out.edits.some((edit) => edit.path[0] === wanted.section)
    const order = Object.keys(incoming)
    if (isFirst) out.edits.push({ kind: 'set', path: [wanted.section], value: { [name]: wanted.range }, order })
    else
      out.edits.push({
        kind: 'set',
        path: [wanted.section, name],
        value: wanted.range,
        order: Object.keys(mapAt(incoming, wanted.section)),
      })
  }
  for (const [section, count] of left)
    if (count === 0 && section in yours && !(section in incoming)) out.edits.push({ kind: 'delete', path: [section] })
}

interface DependencySides {
  readonly name: string
  readonly base: Dependency | undefined
  readonly yours: Dependency | undefined
  readonly incoming: Dependency | undefined
}

/** What the project is to depend on; nothing when the package goes. */
function decideDependency(
  { name, base, yours, incoming }: DependencySides,
  isUsed: IsUsed,
  out: ValueMerge,
): Dependency | undefined {
  if (!yours) {
    if (!base) return incoming
    if (incoming && incoming.range !== base.range)
      out.notes.push(`${name} stays removed; the template now has ${incoming.range}`)
    return undefined
  }
  if (!incoming) {
    if (!base) return yours
    if (base.range !== yours.range) {
      out.notes.push(`${name} ${yours.range} is kept as you changed it, though the template dropped it`)
      return yours
    }
    if (!isUsed(name)) return undefined
    out.notes.push(`${name} is kept because your code uses it, though the template dropped it`)
    return yours
  }
  const section = base?.section === yours.section ? incoming.section : yours.section
  return { section, range: decideRange(name, base?.range, yours, incoming.range, out) }
}

function decideRange(
  name: string,
  base: string | undefined,
  yours: Dependency,
  incoming: string,
  out: ValueMerge,
): string {
  if (yours.range === base || yours.range === incoming || OWN.test(name)) return incoming
  if (incoming === base) return yours.range
  const path = [yours.section, name]
  if (isBelow(yours.range, incoming))
    out.clashes.push({
      path,
      base,
      yours: yours.range,
      incoming,
      why: `${name} ${yours.range} is older than ${incoming}, which the template needs`,
    })
  else out.notes.push(`${name} ${yours.range} is yours and stays; the template has ${incoming}`)
  return yours.range
}

function dependenciesOf(map: JsonMap): Map<string, Dependency> {
  const found = new Map<string, Dependency>()
  for (const section of SECTIONS)
    for (const [name, range] of Object.entries(mapAt(map, section)))
      if (typeof range === 'string' && !found.has(name)) found.set(name, { section, range })
  return found
}

function mapAt(map: JsonMap, key: string): JsonMap {
  const value = map[key]
  return isMap(value) ? value : {}
}

function isSection(key: string): key is Section {
  return (SECTIONS as readonly string[]).includes(key)
}
