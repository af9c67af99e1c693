/** A folder on the disk as one value, to compare what it was with what it became. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Content (as latin1), with `*` for executables, by path; folders that `skip` names are left out. */
export function readTree(root: string, skip: readonly string[] = []): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => name.split(path.sep).join('/'))
  const kept = names.filter((name) => !skip.some((folder) => name === folder || name.startsWith(`${folder}/`)))
  return Object.fromEntries(
    kept.sort().flatMap((name) => {
      const stat = lstatSync(path.join(root, name))
      if (stat.isDirectory()) return [[`${name}/`, 'folder']]
      return [[name, `${stat.mode & 0o100 ? '*' : ''}${readFileSync(path.join(root, name), 'latin1')}`]]
    }),
  )
}
