/** The user's tree as far as a transition looks at it. */
import type { Disk } from '../apply/disk.ts'
import type { FileMark } from '../apply/journal.ts'
import { sha256 } from '../state/hash.ts'
import { parentsOf } from '../state/paths.ts'
import type { FileMode } from '../types.ts'

/** What lies at one path: a file, or something else in its place (a folder, a link, a file where a folder is needed). */
export type UserFile =
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array; readonly mode: FileMode }
  | { readonly kind: 'other'; readonly path: string; readonly what: string }

/** The user's tree by path. Only what was read is known. */
export type UserTree = ReadonlyMap<string, UserFile>

/** Folders that hold nothing a person wrote here. */
const SKIPPED = new Set(['.git', '.bolt', 'node_modules', 'dist', 'build', 'coverage', '.cache', '.pnpm-store'])
const MAX_FILES = 20_000
const MAX_SIZE = 1024 * 1024

/** Reads what lies at the given paths. */
export async function readPaths(disk: Disk, root: string, paths: Iterable<string>): Promise<Map<string, UserFile>> {
  const tree = new Map<string, UserFile>()
  for (const path of paths) {
    const file = await readOne(disk, root, path)
    if (file) tree.set(path, file)
  }
  return tree
}

/** Paths of all files a person may have written, up to a bound; links are not followed. */
export async function listFiles(disk: Disk, root: string): Promise<string[]> {
  const found: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined && found.length < MAX_FILES; folder = folders.pop()) {
    for (const name of await disk.list(`${root}/${folder}`)) {
      const path = folder + name
      const entry = await disk.stat(`${root}/${path}`)
      if (entry?.kind === 'folder' && !SKIPPED.has(name)) folders.push(`${path}/`)
      else if (entry?.kind === 'file' && entry.size <= MAX_SIZE) found.push(path)
    }
  }
  return found.sort()
}

/** The mark of what was read, for the check that nobody changes it before it is written. */
export function markOfFile(file: UserFile | undefined): FileMark | null {
  return file?.kind === 'file' ? { sha256: sha256(file.content), mode: file.mode } : null
}

async function readOne(disk: Disk, root: string, path: string): Promise<UserFile | undefined> {
  for (const parent of parentsOf(path).reverse()) {
    const kind = (await disk.stat(`${root}/${parent}`))?.kind
    if (kind === undefined) return undefined
    if (kind !== 'folder') return { kind: 'other', path, what: `"${parent}" is a ${kind}` }
  }
  const entry = await disk.stat(`${root}/${path}`)
  if (!entry) return undefined
  if (entry.kind !== 'file') return { kind: 'other', path, what: `it is a ${entry.kind}` }
  const content = await disk.read(`${root}/${path}`)
  return { kind: 'file', path, content, mode: (entry.mode & 0o100) === 0 ? '100644' : '100755' }
}
