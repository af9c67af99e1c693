import { openAsBlob } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { builtins } from '../builtins.ts'
import { beyond } from './fault.ts'
import { safeFilename } from './filename.ts'
import type { FormSettings } from './limits.ts'
import type { PartHead } from './part-head.ts'
import { UploadedFile } from './uploaded-file.ts'

/** The temporary folder of one application; made when a file first needs it. */
export class UploadFolder {
  readonly #parent: string
  #made: Promise<string> | undefined

  constructor(parent: string) {
    this.#parent = parent
  }

  /** A new path in it. */
  async path(): Promise<string> {
    this.#made ??= mkdtemp(join(this.#parent, 'bolt-uploads-'))
    return join(await this.#made, builtins.crypto.randomUUID())
  }

  /** Removes it with everything in it. */
  async remove(): Promise<void> {
    const made = this.#made
    this.#made = undefined
    if (made !== undefined) await rm(await made, { recursive: true, force: true })
  }
}

/** One file of a form as it arrives: in memory at first, on the disk once it is large. */
export class Spool {
  readonly #head: PartHead
  readonly #settings: FormSettings
  readonly #folder: UploadFolder
  #chunks: Uint8Array[] = []
  #file: FileHandle | undefined
  #path: string | undefined
  #size = 0

  constructor(head: PartHead, settings: FormSettings, folder: UploadFolder) {
    this.#head = head
    this.#settings = settings
    this.#folder = folder
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.byteLength
    if (this.#size > this.#settings.fileBytes) throw beyond(this.#settings, 'fileBytes', 'A file has more bytes than')
    // The bytes belong to a buffer that is used again.
    this.#chunks.push(Buffer.from(bytes))
    if (this.#file === undefined) {
      if (this.#size <= this.#settings.memoryBytes) return
      this.#path = await this.#folder.path()
      this.#file = await open(this.#path, 'wx', 0o600)
    }
    for (const chunk of this.#chunks) await this.#file.writeFile(chunk)
    this.#chunks = []
  }

  async finish(): Promise<UploadedFile> {
    await this.#file?.close()
    this.#file = undefined
    const { name: field, filename = '', type: given } = this.#head
    const type = given === '' ? 'application/octet-stream' : given.toLowerCase()
    const content = this.#path === undefined ? Buffer.concat(this.#chunks) : await openAsBlob(this.#path)
    return new UploadedFile(content, { field, name: safeFilename(filename), type, path: this.#path })
  }

  /** Removes what lies on the disk. */
  async discard(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    if (this.#path !== undefined) await unlink(this.#path).catch(unlessMissing)
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
