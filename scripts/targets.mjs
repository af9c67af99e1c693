/** The platforms that the core has a binary for: everything that follows from the triples in `napi.targets` of native-core/package.json. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/**
 * @typedef {object} Target
 * @property {string} name `linux-x64-gnu`: ends the name of its package and of its folder in native-core/npm.
 * @property {string} triple As rustc calls it.
 * @property {string} os As in `process.platform`.
 * @property {string} cpu As in `process.arch`.
 * @property {'glibc' | 'musl'} [libc]
 * @property {string} packageName
 * @property {string} folder
 * @property {string} file The binary in it.
 */

const cpus = { x86_64: 'x64', aarch64: 'arm64' }
const systems = {
  'unknown-linux-gnu': { os: 'linux', libc: 'glibc', abi: 'gnu' },
  'unknown-linux-musl': { os: 'linux', libc: 'musl', abi: 'musl' },
  'apple-darwin': { os: 'darwin' },
  'pc-windows-msvc': { os: 'win32', abi: 'msvc' },
}

const { napi } = JSON.parse(readFileSync(join(root, 'native-core', 'package.json'), 'utf8'))

/** @type {Target[]} */
export const targets = napi.targets.map((triple) => {
  const [, machine, system] = triple.match(/^([^-]+)-(.+)$/)
  const { os, libc, abi } = systems[system]
  const cpu = cpus[machine]
  const name = [os, cpu, abi].filter(Boolean).join('-')
  return { name, triple, os, cpu, libc, packageName: `${napi.packageName}-${name}`, ...placeOf(name) }
})

/** What a binary's package.json gets when it is packed: which machines npm installs it on. */
export function platformFields({ os, cpu, libc }) {
  return { os: [os], cpu: [cpu], ...(libc ? { libc: [libc] } : {}) }
}

/** The target that this machine builds for itself; undefined where there is none. */
export function hostTarget() {
  const libc = process.platform === 'linux' ? hostLibc() : undefined
  return targets.find(({ os, cpu, libc: of }) => os === process.platform && cpu === process.arch && of === libc)
}

function hostLibc() {
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
}

function placeOf(name) {
  const folder = join(root, 'native-core', 'npm', name)
  return { folder, file: join(folder, `${napi.binaryName}.${name}.node`) }
}
