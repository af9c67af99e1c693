import { constants } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'

/**
 * A file of a form. It is a `File`, so `z.file()`, `FormData`, `stream()` and `arrayBuffer()` take it as it is; `name` is safe to save it
 * under. A large one lies in the temporary folder until the handler is done.
 */
export class UploadedFile extends File {
  /** The field that it was sent as. */
  readonly field: string
  /** Where it lies while the handler runs; undefined when it is in memory. */
  readonly path: string | undefined

  /** @internal */
  constructor(
    content: Uint8Array | Blob,
    file: { field: string; name: string; type: string; path: string | undefined },
  ) {
    super([content as Uint8Array<ArrayBuffer>], file.name, { type: file.type })
    this.field = file.field
    this.path = file.path
  }

  /** All of its bytes. */
  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.arrayBuffer())
  }

  /**
   * Writes it to a path, which must not exist unless `overwrite` is true.
   * @example await ctx.body.avatar.saveTo(`./avatars/${user.id}`)
   */
  async saveTo(path: string, options: { overwrite?: boolean } = {}): Promise<void> {
    const { overwrite = false } = options
    if (this.path !== undefined) await copyFile(this.path, path, overwrite ? 0 : constants.COPYFILE_EXCL)
    else await writeFile(path, await this.bytes(), { flag: overwrite ? 'w' : 'wx' })
  }
}
