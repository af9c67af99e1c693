import { createRequire } from 'node:module'
import type { Binding } from '../binding.d.ts'
import { libcOf } from './libc.ts'

export type Loaded = { binding: Binding } | { binding: undefined; reason: string; fix: string }

/** What decides which binary fits. */
export interface Machine {
  platform: string
  arch: string
  /** Of Linux alone; one that cannot be told is taken for glibc. */
  libc: 'glibc' | 'musl' | undefined
}

const require = createRequire(import.meta.url)

/** Of this package; the bundler writes it. */
declare const CORE_VERSION: string

const SCOPE = '@bolt-app/core-'

/** Loads the platform's binary package. A failure says why and what to do. */
export function loadNative(): Loaded {
  const { platform, arch } = process
  const machine = { platform, arch, libc: platform === 'linux' ? libcOf(process.execPath) : undefined }
  const name = SCOPE + binaryFor(machine)
  try {
    const binding = require(name) as Binding
    if (binding.version === CORE_VERSION) return { binding }
    return { binding: undefined, ...explainVersion(name, binding.version, CORE_VERSION) }
  } catch (error) {
    const { optionalDependencies } = require('@bolt-app/core/package.json') as Manifest
    const published = Object.keys(optionalDependencies)
    const installed = published.filter(isInstalled)
    return { binding: undefined, ...explain(machine, error as Error, { version: CORE_VERSION, published, installed }) }
  }
}

/** Why a binary is not used that was built for another version of this package, or for none that says so. */
export function explainVersion(
  name: string,
  version: string | undefined,
  wanted: string,
): { reason: string; fix: string } {
  return {
    reason: `The native engine ${name} is of version ${version ?? 'unknown'}, but @bolt-app/core of ${wanted}: they work together only when they are equal.`,
    fix: `npm install --save-exact @bolt-app/core@${wanted}  (which brings its own engine; in this repository: npm run build)`,
  }
}

/** `linux-x64-musl`, `darwin-arm64`, `win32-x64-msvc`: ends the name of the package, whether there is one or not. */
export function binaryFor({ platform, arch, libc }: Machine): string {
  const abi = platform === 'linux' ? (libc === 'musl' ? '-musl' : '-gnu') : platform === 'win32' ? '-msvc' : ''
  return `${platform}-${arch}${abi}`
}

interface Packages {
  version: string
  /** Names of the binaries that there are. */
  published: readonly string[]
  /** Those of them that lie in node_modules. */
  installed: readonly string[]
}

/** Why there is no binding, and the command that mends it. */
export function explain(
  machine: Machine,
  error: Error,
  { version, published, installed }: Packages,
): { reason: string; fix: string } {
  const binary = binaryFor(machine)
  const name = SCOPE + binary
  if (!published.includes(name)) {
    const others = published.map((other) => other.slice(SCOPE.length)).join(', ')
    return {
      reason: `@bolt-app/core has no native engine for ${binary} (there is one for ${others}).`,
      fix: 'nothing to do; set BOLT_CORE=fallback to silence this',
    }
  }
  if (installed.includes(name)) {
    return {
      reason: `The native engine ${name} could not be loaded: ${error.message}`,
      fix: `npm install --force @bolt-app/core@${version}  (a file that was damaged or replaced is fetched again)`,
    }
  }
  if (installed.length > 0) {
    const [there] = installed
    return {
      reason: `The native engine of @bolt-app/core for this machine, package ${name}, is not installed, but ${there} is: node_modules was installed on, or for, another platform.`,
      fix: 'npm ci  (on the machine or in the image that runs it; do not copy node_modules between platforms)',
    }
  }
  return {
    reason: `The native engine of @bolt-app/core, package ${name}, is not installed. npm leaves optional packages out with --omit=optional, and when package-lock.json was written on another platform (npm issue 4828).`,
    fix: `npm install --save-optional ${name}@${version}  (or remove node_modules and package-lock.json, then npm install)`,
  }
}

interface Manifest {
  optionalDependencies: Record<string, string>
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}
