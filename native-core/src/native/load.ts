import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Binding } from '../binding.d.ts'

export type Loaded = { binding: Binding } | { binding: undefined; reason: string; fix: string }

const require = createRequire(import.meta.url)

/** Binaries that are published, by `process.platform` and `process.arch`; elsewhere the fallback runs. */
const published: Readonly<Record<string, string>> = { 'linux-x64': 'linux-x64-gnu' }

/** Loads the platform's binary package. A failure says why and what to do. */
export function loadNative(): Loaded {
  const platform = `${process.platform}-${process.arch}`
  const binary = published[platform]
  if (binary === undefined || (binary.endsWith('-gnu') && isMusl())) {
    return {
      binding: undefined,
      reason: `@bolt-app/core has no native engine for ${platform} yet (there is one for ${Object.values(published).join(', ')}).`,
      fix: 'nothing to do; set BOLT_CORE=fallback to silence this',
    }
  }
  const name = `@bolt-app/core-${binary}`
  try {
    return { binding: require(name) as Binding }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'MODULE_NOT_FOUND') {
      return {
        binding: undefined,
        reason: `The native engine of @bolt-app/core, package ${name}, is not installed. npm leaves optional packages out when a lock file was written on another platform, or with --omit=optional.`,
        fix: `npm install ${name}@${version()}  (or remove node_modules and package-lock.json and run npm install)`,
      }
    }
    return {
      binding: undefined,
      reason: `The native engine ${name} could not be loaded: ${message}`,
      fix: `npm install --force ${name}@${version()}`,
    }
  }
}

function version(): string {
  return (require('@bolt-app/core/package.json') as { version: string }).version
}

/** Alpine and its like have a loader of their own name; asking `process.report` would cost a start tens of milliseconds. */
function isMusl(): boolean {
  return existsSync('/lib/ld-musl-x86_64.so.1') && !existsSync('/lib64/ld-linux-x86-64.so.2')
}
