/** Import statements in the order that Biome's organizeImports wants, so that a generated file passes its own linter. */

const RANKS: readonly ((source: string) => boolean)[] = [
  (source) => /^(?:node|bun):/.test(source),
  (source) => /^[a-z-]+:/.test(source),
  (source) => /^(?:@[a-z0-9]|[a-z0-9])/i.test(source),
  (source) => /^[#~$%@]/.test(source),
  () => true,
]

/** Each statement once, statements of one module merged, sorted by the distance of the module and then by its name. */
export function sortedImports(statements: readonly string[]): string[] {
  const modules = new Map<string, { defaults: Set<string>; names: Set<string> }>()
  for (const statement of statements) {
    const match = /^import (?:(?:(\w+)(?:, )?)?(?:\{ ([^}]+) \})? from )?'([^']+)'$/.exec(statement.trim())
    if (!match) throw new TypeError(`Not an import statement we can merge: ${statement}`)
    const [, defaultName, names, source = ''] = match
    const entry = modules.get(source) ?? { defaults: new Set(), names: new Set() }
    if (defaultName) entry.defaults.add(defaultName)
    for (const name of names?.split(',') ?? []) entry.names.add(name.trim())
    modules.set(source, entry)
  }
  return [...modules].sort(([a], [b]) => compareSources(a, b)).map(([source, entry]) => statementFor(source, entry))
}

/** Order of two modules: by distance, then by name. */
export function compareSources(a: string, b: string): number {
  return rank(a) - rank(b) || compareNames(a, b)
}

function statementFor(source: string, { defaults, names }: { defaults: Set<string>; names: Set<string> }): string {
  const named = [...names].sort((a, b) => compareNames(bare(a), bare(b)))
  if (defaults.size === 0 && named.length > 0 && named.every((name) => name.startsWith('type '))) {
    return `import type { ${named.map(bare).join(', ')} } from '${source}'`
  }
  const parts = [...defaults, ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : [])]
  return parts.length > 0 ? `import ${parts.join(', ')} from '${source}'` : `import '${source}'`
}

function bare(name: string): string {
  return name.replace(/^type /, '')
}

function rank(source: string): number {
  return RANKS.findIndex((test) => test(source))
}

/** Case-insensitive first, as Biome's natural order does; no locale. */
export function compareNames(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()]
  if (x !== y) return x < y ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
