import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'rolldown'

interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly text: string
}

/** Lists the licences of every package that ended up in the bundle, as their authors ask. */
export function licences(fileName: string): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []))
      const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []))
      const packages = [...folders].map(readPackage)
      const byName = new Map(packages.map((each) => [`${each.name}@${each.version}`, each]))
      const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
      this.emitFile({ type: 'asset', fileName, source: sorted.map(section).join('\n') })
    },
  }
}

/** The folder of the package a module belongs to, when it is not ours. */
function packageFolder(id: string): string | undefined {
  return /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1]
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >
  const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)/i.test(entry))
  const text =
    file !== undefined && existsSync(path.join(folder, file)) ? readFileSync(path.join(folder, file), 'utf8') : ''
  if (!name || !version || !license)
    throw new Error(`${folder}/package.json names no licence, so it cannot be bundled.`)
  return { name, version, license, text: text.trim() }
}

function section({ name, version, license, text }: BundledPackage): string {
  return `${name} ${version}: ${license}\n${'-'.repeat(72)}\n${text === '' ? '(The package carries no licence text.)' : text}\n`
}
