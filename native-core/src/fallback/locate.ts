import { realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/**
 * Whether every segment of a path, decoded once, is a plain name: what could leave the folder or names a hidden file is none, as in the
 * engine (bolt_core static_files/locate.rs). A final slash is allowed.
 */
export function isPlain(path: string): boolean {
  const segments = path.replace(/\/$/, '').split('/')
  return path === '' || segments.every((segment) => segment !== '' && !/^\.|[\\:\p{Cc}]/u.test(segment))
}

/** The real path of a name below a folder, if following links does not lead out of it or to a hidden name. */
export function resolveIn(root: string, name: string): string | undefined {
  try {
    const folder = realpathSync(root)
    const found = realpathSync(join(folder, name))
    const inside = relative(folder, found).split(sep)
    return inside[0] === '' || inside.some((segment) => segment.startsWith('.')) ? undefined : found
  } catch {
    return undefined
  }
}
