import { rmSync } from 'node:fs'
import { type FileHandle, lstat, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { builtins } from '../builtins.ts'

/** Folders of living applications: a process that ends without closing them removes them as it goes. */
const living = new Set<string>()

/** The temporary folder of one application; made when a file first needs it. */
export class UploadFolder {
  readonly #parent: string
  #made: Promise<string> | undefined

  constructor(parent: string) {
    this.#parent = parent
  }

  /** A new file in it, for its owner alone. */
  async open(): Promise<{ path: string; file: FileHandle }> {
    const made = this.#folder()
    try {
      return await newFile(await made)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      // Whatever cleans the parent folder took it away while nothing was uploaded.
      if (this.#made === made) this.#made = undefined
      return newFile(await this.#folder())
    }
  }

  /** Removes it with everything in it. */
  async remove(): Promise<void> {
    const made = await this.#made?.catch(() => undefined)
    this.#made = undefined
    if (made === undefined) return
    forget(made)
    await rm(made, { recursive: true, force: true })
  }

  /** Removes what processes of this user and machine left behind that were killed. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#parent).catch(() => [])
    const start = prefix()
    for (const name of names) {
      const owner = name.startsWith(start) ? /^(\d{1,10})-[^-]+$/.exec(name.slice(start.length))?.[1] : undefined
      if (owner === undefined || isRunning(Number(owner))) continue
      const path = join(this.#parent, name)
      // Others may remove it at the same time, or be the ones who own it.
      if (await isOurs(path)) await rm(path, { recursive: true, force: true }).catch(() => undefined)
    }
  }

  #folder(): Promise<string> {
    this.#made ??= make(this.#parent).catch((error: unknown) => {
      // The next upload tries again: a full disk does not stay full.
      this.#made = undefined
      throw error
    })
    return this.#made
  }
}

async function make(parent: string): Promise<string> {
  const made = await mkdtemp(join(parent, `${prefix()}${process.pid}-`))
  if (living.size === 0) process.on('exit', removeAll)
  living.add(made)
  return made
}

function forget(made: string): void {
  living.delete(made)
  if (living.size === 0) process.off('exit', removeAll)
}

function removeAll(): void {
  for (const made of living) rmSync(made, { recursive: true, force: true })
}

async function newFile(folder: string): Promise<{ path: string; file: FileHandle }> {
  const path = join(folder, builtins.crypto.randomUUID())
  return { path, file: await open(path, 'wx', 0o600) }
}

/** Names the machine, as containers that share a folder have process ids of their own; the process id and a random part follow. */
function prefix(): string {
  return `bolt-uploads-${builtins.crypto.createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

async function isOurs(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined)
  return stats?.isDirectory() === true && (process.getuid === undefined || stats.uid === process.getuid())
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
