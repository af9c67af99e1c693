/** The few file operations that state and apply need. Tests pass a layer that fails, fills up or kills the process at a chosen write. */
import { constants } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises'

export interface DiskEntry {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly size: number
  readonly mode: number
  /** Device and inode: equal for two names of one file on a file system that folds case. */
  readonly identity: string
}

/** Paths are absolute. No operation follows a link in the last name. */
export interface Disk {
  /** What lies at the path; nothing when there is nothing. */
  stat(path: string): Promise<DiskEntry | undefined>
  read(path: string): Promise<Uint8Array>
  /** Names in a folder, sorted by code unit. */
  list(path: string): Promise<string[]>
  /** Writes a file that must not exist yet, with exactly these permissions, and brings it to the disk. */
  create(path: string, content: Uint8Array, mode: number): Promise<void>
  makeFolder(path: string): Promise<void>
  /** Puts a file or folder in another place of the same file system, replacing a file there. */
  move(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
  /** Brings the names in a folder to the disk. */
  flush(folder: string): Promise<void>
}

export const nodeDisk: Disk = {
  async stat(path) {
    const stats = await lstat(path).catch(nothingIfAbsent)
    if (!stats) return undefined
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other'
    return { kind, size: stats.size, mode: stats.mode & 0o777, identity: `${stats.dev}:${stats.ino}` }
  },
  async read(path) {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      return new Uint8Array(await file.readFile())
    } finally {
      await file.close()
    }
  },
  async list(path) {
    return (await readdir(path)).sort((a, b) => (a < b ? -1 : 1))
  },
  async create(path, content, mode) {
    const file = await open(path, 'wx', mode)
    try {
      await file.writeFile(content)
      if (process.platform !== 'win32') await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  makeFolder: (path) => mkdir(path),
  move: (from, to) => rename(from, to),
  async remove(path) {
    await unlink(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPERM' || process.platform !== 'win32') throw error
      await chmod(path, 0o666)
      await unlink(path)
    })
  },
  removeFolder: (path) => rmdir(path),
  async flush(folder) {
    if (process.platform === 'win32') return
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

/** Makes a folder and those above it; returns the ones that were made, outermost first. */
export async function makeFolders(disk: Disk, path: string): Promise<string[]> {
  const entry = await disk.stat(path)
  if (entry?.kind === 'folder') return []
  const parent = path.replace(/[\\/][^\\/]+$/, '')
  const made = parent === path || parent === '' ? [] : await makeFolders(disk, parent)
  await disk.makeFolder(path)
  return [...made, path]
}

/** Removes a file or a folder with everything in it; links are removed, never followed. */
export async function removeTree(disk: Disk, path: string): Promise<void> {
  const entry = await disk.stat(path)
  if (!entry) return
  if (entry.kind !== 'folder') return disk.remove(path)
  for (const name of await disk.list(path)) await removeTree(disk, `${path}/${name}`)
  await disk.removeFolder(path)
}

/** Removes a folder unless something is in it; says whether it was removed. */
export async function removeFolderIfEmpty(disk: Disk, folder: string): Promise<boolean> {
  if ((await disk.stat(folder))?.kind !== 'folder') return false
  if ((await disk.list(folder)).length > 0) return false
  await disk.removeFolder(folder)
  return true
}

function nothingIfAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
