/** Three-way merge of parsed JSON or YAML by key, as a list of edits to the user's document. */

export type Path = readonly (string | number)[]

/** One change to a document; edits are valid in their order. `order`: keys of the map in the incoming document, to find the place of a new one. */
export type Edit =
  | { readonly kind: 'set'; readonly path: Path; readonly value: unknown; readonly order?: readonly string[] }
  | { readonly kind: 'insert'; readonly path: Path; readonly value: unknown }
  | { readonly kind: 'delete'; readonly path: Path }

/** A key that both sides changed in different ways; the user's value stays. */
export interface KeyClash {
  readonly path: Path
  readonly base: unknown
  readonly yours: unknown
  readonly incoming: unknown
  readonly why: string
}

export interface ValueMerge {
  readonly edits: Edit[]
  readonly clashes: KeyClash[]
  /** What was kept although the template says otherwise, in words. */
  readonly notes: string[]
}

export interface Sides {
  readonly base: unknown
  readonly yours: unknown
  readonly incoming: unknown
}

/** Collects into `out` what has to change in `yours` at `path`. */
export function mergeValue({ base, yours, incoming }: Sides, path: Path, out: ValueMerge): void {
  if (sameValue(yours, incoming) || sameValue(base, incoming)) return
  const baseMap = base ?? {}
  const baseList = base ?? []
  if (isMap(yours) && isMap(incoming) && isMap(baseMap)) mergeMap(baseMap, yours, incoming, path, out)
  else if (sameValue(base, yours)) replace({ yours, incoming }, path, out)
  else if (Array.isArray(yours) && Array.isArray(incoming) && Array.isArray(baseList)) {
    if (!mergeList(baseList, yours, incoming, path, out)) clash({ base, yours, incoming }, path, out)
  } else if (yours === undefined) out.notes.push(`${dotted(path)} stays removed, though the template changed it`)
  else if (incoming === undefined)
    out.notes.push(`${dotted(path)} is kept as you changed it, though the template dropped it`)
  else clash({ base, yours, incoming }, path, out)
}

/** Merges two maps key by key. */
export function mergeMap(
  base: Readonly<Record<string, unknown>>,
  yours: Readonly<Record<string, unknown>>,
  incoming: Readonly<Record<string, unknown>>,
  path: Path,
  out: ValueMerge,
): void {
  const order = Object.keys(incoming)
  for (const key of new Set([...Object.keys(yours), ...order])) {
    const nested: ValueMerge = { ...out, edits: [] }
    mergeValue({ base: base[key], yours: yours[key], incoming: incoming[key] }, [...path, key], nested)
    const isNew = !(key in yours)
    out.edits.push(...nested.edits.map((edit) => (isNew && edit.kind === 'set' ? { ...edit, order } : edit)))
  }
}

/** Whether two parsed values are equal; the order of keys does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]))
  }
  if (!isMap(a) || !isMap(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameValue(a[key], b[key]))
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A path as people write it: `scripts.dev`. */
export function dotted(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : part))
    .join('.')
    .replaceAll('.[', '[')
}

/** The value after the edits. */
export function editValue(value: unknown, edits: readonly Edit[]): unknown {
  let root: unknown = structuredClone(value)
  for (const edit of edits) {
    const last = edit.path.at(-1)
    if (last === undefined) {
      root = edit.kind === 'delete' ? undefined : edit.value
      continue
    }
    let holder = root as Record<string | number, unknown>
    for (const part of edit.path.slice(0, -1)) holder = stepInto(holder, part)
    if (Array.isArray(holder))
      holder.splice(Number(last), edit.kind === 'insert' ? 0 : 1, ...(edit.kind === 'delete' ? [] : [edit.value]))
    else if (edit.kind === 'delete') delete holder[last]
    else holder[last] = edit.value
  }
  return root
}

function stepInto(holder: Record<string | number, unknown>, part: string | number): Record<string | number, unknown> {
  if (holder[part] === undefined) holder[part] = {}
  return holder[part] as Record<string | number, unknown>
}

function clash(sides: Sides, path: Path, out: ValueMerge): void {
  out.clashes.push({ ...sides, path, why: `${dotted(path)} was changed by you and by the template` })
}

/** The user left this value alone. A list is edited item by item where that gives the same, for the sake of comments in it. */
function replace({ yours, incoming }: Omit<Sides, 'base'>, path: Path, out: ValueMerge): void {
  if (incoming === undefined) {
    out.edits.push({ kind: 'delete', path })
    return
  }
  if (Array.isArray(yours) && Array.isArray(incoming)) {
    const itemwise: ValueMerge = { edits: [], clashes: [], notes: [] }
    const local = mergeList(yours, yours, incoming, [], itemwise)
    if (local && sameValue(editValue(yours, itemwise.edits), incoming)) {
      out.edits.push(...itemwise.edits.map((edit) => ({ ...edit, path: [...path, ...edit.path] })))
      return
    }
  }
  out.edits.push({ kind: 'set', path, value: incoming })
}

/** Lists as ordered sets; their items are known by value, or maps by name, id or action. Says whether it could be done. */
function mergeList(base: unknown[], yours: unknown[], incoming: unknown[], path: Path, out: ValueMerge): boolean {
  const [b, o, n] = [keyed(base), keyed(yours), keyed(incoming)]
  if (!b || !o || !n) return false
  const keys = [...o.keys()]
  for (const [index, key] of keys.entries())
    if (n.has(key)) mergeValue({ base: b.get(key), yours: o.get(key), incoming: n.get(key) }, [...path, index], out)
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index] as string
    if (n.has(key) || !b.has(key)) continue
    if (sameValue(b.get(key), o.get(key))) {
      out.edits.push({ kind: 'delete', path: [...path, index] })
      keys.splice(index, 1)
    } else out.notes.push(`${dotted([...path, index])} is kept as you changed it, though the template dropped it`)
  }
  const order = [...n.keys()]
  for (const [position, key] of order.entries()) {
    if (keys.includes(key) || b.has(key)) continue
    const before = order.slice(0, position).findLast((other) => keys.includes(other))
    const index = before === undefined ? 0 : keys.indexOf(before) + 1
    out.edits.push({ kind: 'insert', path: [...path, index], value: n.get(key) })
    keys.splice(index, 0, key)
  }
  return true
}

/** Items by identity; nothing when two have the same. */
function keyed(items: readonly unknown[]): Map<string, unknown> | undefined {
  const map = new Map<string, unknown>()
  for (const item of items) {
    const name = isMap(item) ? (item.id ?? item.name ?? item.uses) : undefined
    const key = typeof name === 'string' ? `name ${name}` : `value ${JSON.stringify(item)}`
    if (map.has(key)) return undefined
    map.set(key, item)
  }
  return map
}
