import { createRequire } from 'node:module'
import type { Binding } from '../binding.d.ts'

export type Loaded = { binding: Binding } | { binding: undefined; reason: string; fix: string }

const require = createRequire(import.meta.url)

/** Platforms for which a binary is published; the rest runs on the fallback. */
const published = ['linux-x64-gnu']

/** Loads the platform's binary package. A failure says why and what to do. */
export function loadNative(): Loaded {
  const platform = platformName()
  if (!published.includes(platform)) {
    return {
      binding: undefined,
      reason: `@bolt-app/core has no native engine for ${platform} yet (there is one for ${published.join(', ')}).`,
      fix: 'nothing to do; set BOLT_CORE=fallback to silence this',
    }
  }
  const name = `@bolt-app/core-${platform}`
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

function platformName(): string {
  const base = `${process.platform}-${process.arch}`
  if (process.platform === 'win32') return `${base}-msvc`
  if (process.platform !== 'linux') return base
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return `${base}-${header.glibcVersionRuntime === undefined ? 'musl' : 'gnu'}`
}
