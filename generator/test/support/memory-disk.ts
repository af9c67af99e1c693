/** A file system in memory that can be stopped dead, or fill up, at a chosen write. */
import type { Disk, DiskEntry } from '../../src/apply/disk.ts'

interface Node {
  readonly kind: 'file' | 'folder' | 'link'
  readonly content: Uint8Array
  readonly mode: number
  readonly inode: number
}

/** Thrown by every operation after the crash: the process is gone and cannot clean up. */
export class Crash extends Error {}

export class MemoryDisk implements Disk {
  readonly nodes = new Map<string, Node>()
  /** Writes so far. */
  writes = 0
  /** Number of the write at which the process dies. */
  crashAt = Number.POSITIVE_INFINITY
  /** Number of the write from which on there is no room. */
  fullFrom = Number.POSITIVE_INFINITY
  /** Called with the number of each write. */
  onWrite: (number: number) => void = () => {}
  #inode = 0

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.nodes.set('', this.#node('folder'))
    for (const [path, content] of Object.entries(files)) this.put(path, content)
  }

  /** Puts a file in place, with its folders, without counting. */
  put(path: string, content: string | Uint8Array, mode = 0o644): void {
    for (let cut = path.indexOf('/', 1); cut > 0; cut = path.indexOf('/', cut + 1)) {
      const folder = path.slice(0, cut)
      if (!this.nodes.has(folder)) this.nodes.set(folder, this.#node('folder'))
    }
    this.nodes.set(
      path,
      this.#node('file', typeof content === 'string' ? new TextEncoder().encode(content) : content, mode),
    )
  }

  link(path: string): void {
    this.put(path, '')
    this.nodes.set(path, this.#node('link'))
  }

  /** Files below a folder as text, by path relative to it. */
  files(root: string, keep: (path: string) => boolean = () => true): Record<string, string> {
    const found = [...this.nodes].filter(([path, { kind }]) => kind === 'file' && path.startsWith(`${root}/`))
    return Object.fromEntries(
      found
        .map(
          ([path, { content, mode }]) =>
            [
              path.slice(root.length + 1),
              `${mode & 0o111 ? '*' : ''}${Buffer.from(content).toString('latin1')}`,
            ] as const,
        )
        .filter(([path]) => keep(path))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }

  folders(root: string): string[] {
    return [...this.nodes]
      .flatMap(([path, { kind }]) =>
        kind === 'folder' && path.startsWith(`${root}/`) ? [path.slice(root.length + 1)] : [],
      )
      .sort()
  }

  /** The same content, running again. */
  restarted(): MemoryDisk {
    const copy = new MemoryDisk()
    for (const [path, node] of this.nodes) copy.nodes.set(path, node)
    copy.#inode = this.#inode
    return copy
  }

  async stat(path: string): Promise<DiskEntry | undefined> {
    this.#alive()
    const node = this.nodes.get(path)
    return node && { kind: node.kind, size: node.content.length, mode: node.mode, identity: `1:${node.inode}` }
  }

  async read(path: string): Promise<Uint8Array> {
    this.#alive()
    return this.#get(path, 'file').content
  }

  async list(path: string): Promise<string[]> {
    this.#alive()
    this.#get(path.replace(/\/$/, ''), 'folder')
    const prefix = path.endsWith('/') ? path : `${path}/`
    return [...this.nodes.keys()]
      .filter((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'))
      .map((key) => key.slice(prefix.length))
      .sort()
  }

  async create(path: string, content: Uint8Array, mode: number): Promise<void> {
    this.#write(path)
    this.#parent(path)
    if (this.nodes.has(path)) throw fault('EEXIST', path)
    this.nodes.set(path, this.#node('file', content.slice(), mode))
  }

  async makeFolder(path: string): Promise<void> {
    this.#write(path)
    this.#parent(path)
    if (this.nodes.has(path)) throw fault('EEXIST', path)
    this.nodes.set(path, this.#node('folder'))
  }

  async move(from: string, to: string): Promise<void> {
    this.#write(to, 'move')
    this.#parent(to)
    const node = this.nodes.get(from)
    if (!node) throw fault('ENOENT', from)
    if (this.nodes.get(to)?.kind === 'folder') throw fault('EISDIR', to)
    for (const [path, each] of [...this.nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      this.nodes.delete(path)
      this.nodes.set(to + path.slice(from.length), each)
    }
  }

  async remove(path: string): Promise<void> {
    this.#write(path, 'remove')
    if (this.nodes.get(path)?.kind === 'folder') throw fault('EISDIR', path)
    if (!this.nodes.delete(path)) throw fault('ENOENT', path)
  }

  async removeFolder(path: string): Promise<void> {
    this.#write(path, 'remove')
    this.#get(path, 'folder')
    if ([...this.nodes.keys()].some((key) => key.startsWith(`${path}/`))) throw fault('ENOTEMPTY', path)
    this.nodes.delete(path)
  }

  async flush(folder: string): Promise<void> {
    this.#alive()
    this.#get(folder, 'folder')
  }

  #write(path: string, kind: 'grow' | 'move' | 'remove' = 'grow'): void {
    this.#alive()
    this.writes++
    this.onWrite(this.writes)
    this.#alive()
    if (kind === 'grow' && this.writes >= this.fullFrom) throw fault('ENOSPC', path)
  }

  #alive(): void {
    if (this.writes >= this.crashAt) throw new Crash(`killed at write ${this.crashAt}`)
  }

  #parent(path: string): void {
    this.#get(path.slice(0, path.lastIndexOf('/')), 'folder')
  }

  #get(path: string, kind: Node['kind']): Node {
    const node = this.nodes.get(path)
    if (!node) throw fault('ENOENT', path)
    if (node.kind !== kind) throw fault(kind === 'folder' ? 'ENOTDIR' : 'EISDIR', path)
    return node
  }

  #node(kind: Node['kind'], content: Uint8Array = new Uint8Array(), mode = 0o644): Node {
    return { kind, content, mode, inode: ++this.#inode }
  }
}

function fault(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path })
}
