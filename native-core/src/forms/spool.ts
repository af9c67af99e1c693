import { openAsBlob } from 'node:fs'
import { type FileHandle, unlink } from 'node:fs/promises'
import { beyond } from './fault.ts'
import { safeFilename } from './filename.ts'
import type { FormSettings } from './limits.ts'
import type { PartHead } from './part-head.ts'
import type { UploadFolder } from './upload-folder.ts'
import { UploadedFile } from './uploaded-file.ts'

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
      const opened = await this.#folder.open()
      this.#path = opened.path
      this.#file = opened.file
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
