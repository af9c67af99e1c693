import { packages } from './versions.ts'

/** Packages released together with us: they have our version. */
const OURS = new Set(['@bolt-app/core', 'create-bolt-app'])

/** The exact version a project pins for a package, or nothing when versions.ts does not know it. */
export function packageVersion(name: string, ourVersion: string): string | undefined {
  return OURS.has(name) ? ourVersion : packages[name]
}
