import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { BoltError } from './errors.ts'

/**
 * A folder that ships with us: the nearest one of this name at or above this module. That is `dist/templates` in the package and `templates`
 * in the repository.
 */
export function packagedFolder(name: string): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const candidate = path.join(folder, name)
    if (existsSync(candidate)) return candidate
    const parent = path.dirname(folder)
    if (parent === folder) {
      throw new BoltError('layer-invalid', {
        message: `The folder ${name} is missing from the package.`,
        hint: 'Install create-bolt-app again.',
      })
    }
    folder = parent
  }
}
