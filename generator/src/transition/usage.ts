/** Whether the user's code needs a package that the template drops. */
import type { BaseFile } from '../state/state.ts'
import { parseJson } from './merge-json.ts'
import type { IsUsed } from './merge-package-json.ts'
import { isMap } from './merge-value.ts'
import { readText, sameText } from './text.ts'

const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g

/** Looks through the tree as it will be: imports in code, and scripts of package.json that the user wrote. */
export function usageOf(after: ReadonlyMap<string, Uint8Array>, base: readonly BaseFile[]): IsUsed {
  let imported: Set<string> | undefined
  const scripts = userScripts(after, base)
  return (name) => {
    imported ??= importedPackages(after)
    return imported.has(name) || scripts.some((script) => script.split(/[\s;&|"']+/).includes(name))
  }
}

function importedPackages(after: ReadonlyMap<string, Uint8Array>): Set<string> {
  const names = new Set<string>()
  for (const [path, content] of after) {
    const text = SOURCE.test(path) ? readText(content)?.text : undefined
    for (const match of text?.matchAll(IMPORT) ?? []) {
      const name = packageOf(match[2] ?? '')
      if (name !== undefined) names.add(name)
    }
  }
  return names
}

/** `@scope/name/deep` → `@scope/name`; nothing for relative, subpath and built-in specifiers. */
function packageOf(specifier: string): string | undefined {
  if (/^[./#]/.test(specifier) || specifier.includes(':')) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function userScripts(after: ReadonlyMap<string, Uint8Array>, base: readonly BaseFile[]): string[] {
  const content = after.get('package.json')
  const ours = base.find((file) => file.path === 'package.json')?.content
  if (!content || (ours && sameText(content, ours))) return []
  const [now, before] = [scriptsOf(content), ours ? scriptsOf(ours) : {}]
  return Object.entries(now).flatMap(([key, script]) =>
    typeof script === 'string' && before[key] !== script ? [script] : [],
  )
}

function scriptsOf(content: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parseJson(readText(content)?.text ?? '')
  return isMap(value) && isMap(value.scripts) ? value.scripts : {}
}
