/** Which paths may be written at all: relative, inside the project, and legal on every file system a project may be checked out on. */

const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i
const MAX_PATH = 1024
const MAX_NAME = 255

/** Says what is wrong with a path, or nothing when it is right. `state` allows paths inside `.bolt/`. */
export function checkPath(path: string, { state = false }: { state?: boolean } = {}): string | undefined {
  if (path === '') return 'it is empty'
  if (path.length > MAX_PATH) return `it is longer than ${MAX_PATH} characters`
  if (hasControl(path)) return 'it contains a control character'
  if (path.includes('\\')) return 'it contains a backslash'
  if (path.startsWith('/')) return 'it is absolute'
  if (/^[A-Za-z]:/.test(path)) return 'it names a drive'
  if (path.includes(':')) return 'it contains a colon'
  for (const [index, name] of path.split('/').entries()) {
    const problem = checkName(name)
    if (problem) return problem
    const folded = foldCase(name)
    if (folded === '.git') return 'it leads into .git'
    if (index === 0 && folded === '.bolt' && !state) return 'it leads into .bolt, which holds the state'
  }
  return undefined
}

/** The first pair of paths that cannot both exist on a file system that folds case, or of which one is a folder of the other. */
export function findCollision(paths: Iterable<string>): readonly [string, string] | undefined {
  const files = new Map<string, string>()
  const folders = new Map<string, string>()
  for (const path of paths) {
    const key = foldCase(path)
    const other = files.get(key) ?? folders.get(key)
    if (other !== undefined) return [other, path]
    files.set(key, path)
    for (const folder of parentsOf(path)) {
      const folderKey = foldCase(folder)
      const file = files.get(folderKey)
      if (file !== undefined) return [file, path]
      const spelled = folders.get(folderKey)
      if (spelled !== undefined && !sameSpelling(spelled, folder)) return [spelled, path]
      if (spelled === undefined) folders.set(folderKey, path)
    }
  }
  return undefined
}

/** Folders above a path, nearest first: `a/b/c` → `a/b`, `a`. */
export function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) parents.push(path.slice(0, cut))
  return parents
}

/** The form under which a case-insensitive, normalising file system finds a name. */
export function foldCase(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

/** Order of paths in the manifest and in plans: by code unit, independent of locale. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function checkName(name: string): string | undefined {
  if (name === '') return 'it contains an empty name (//)'
  if (name === '.' || name === '..') return `it contains "${name}"`
  if (name.length > MAX_NAME) return `it contains a name longer than ${MAX_NAME} characters`
  if (/[<>"|?*]/.test(name)) return 'it contains one of < > " | ? *'
  if (/[. ]$/.test(name)) return `"${name}" ends in a dot or a space`
  if (RESERVED.test(name)) return `"${name}" is a reserved device name`
  return undefined
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 127) return true
  }
  return false
}

/** Whether a folder is spelled in the path of `file` exactly as `folder`. */
function sameSpelling(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`)
}
