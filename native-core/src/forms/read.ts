import { beyond, malformed } from './fault.ts'
import type { FormSettings } from './limits.ts'
import { boundaryOf, MultipartParser } from './multipart.ts'
import type { PartHead } from './part-head.ts'
import { Spool } from './spool.ts'
import type { UploadFolder } from './upload-folder.ts'
import type { UploadedFile } from './uploaded-file.ts'
import { readUrlencoded } from './urlencoded.ts'

/** A form as it was sent: texts and files by name, in order. */
export interface Form {
  fields: Map<string, string[]>
  files: Map<string, UploadedFile[]>
  /** Removes the files that lie on the disk. */
  discard(): Promise<void>
}

/** Reads a form; after a fault nothing is left on the disk. */
export async function readForm(
  contentType: string,
  stream: AsyncIterable<Uint8Array>,
  settings: FormSettings,
  folder: UploadFolder,
): Promise<Form> {
  if (!/^multipart\/form-data/i.test(contentType)) {
    const fields = await readUrlencoded(stream, settings)
    return { fields, files: new Map(), discard: async () => undefined }
  }
  const reader = new MultipartReader(settings, folder)
  try {
    await reader.read(new MultipartParser(boundaryOf(contentType), settings), stream)
    return reader
  } catch (error) {
    await reader.discard()
    throw error
  }
}

class MultipartReader implements Form {
  readonly fields = new Map<string, string[]>()
  readonly files = new Map<string, UploadedFile[]>()
  readonly #settings: FormSettings
  readonly #folder: UploadFolder
  readonly #spools: Spool[] = []
  #fieldCount = 0
  #fileCount = 0

  constructor(settings: FormSettings, folder: UploadFolder) {
    this.#settings = settings
    this.#folder = folder
  }

  async read(parser: MultipartParser, stream: AsyncIterable<Uint8Array>): Promise<void> {
    let part: Part | undefined
    for await (const chunk of stream) {
      for (const event of parser.push(chunk)) {
        if (event.kind === 'part') part = this.#begin(event.head)
        else if (event.kind === 'data') await part?.write(event.bytes)
        else await part?.end()
      }
    }
    parser.finish()
  }

  async discard(): Promise<void> {
    await Promise.all(this.#spools.map((spool) => spool.discard()))
  }

  #begin(head: PartHead): Part {
    return head.filename === undefined ? this.#field(head) : this.#file(head)
  }

  #field({ name }: PartHead): Part {
    const settings = this.#settings
    this.#fieldCount += 1
    if (this.#fieldCount > settings.fields) throw beyond(settings, 'fields', 'The form has more fields than')
    const chunks: Uint8Array[] = []
    let size = Buffer.byteLength(name)
    return {
      write: (bytes) => {
        size += bytes.byteLength
        if (size > settings.fieldBytes) throw beyond(settings, 'fieldBytes', 'A field has more bytes than')
        chunks.push(Buffer.from(bytes))
      },
      end: () => add(this.fields, name, utf8(Buffer.concat(chunks))),
    }
  }

  #file(head: PartHead): Part {
    const settings = this.#settings
    this.#fileCount += 1
    if (this.#fileCount > settings.files) throw beyond(settings, 'files', 'The form has more files than')
    const spool = new Spool(head, settings, this.#folder)
    this.#spools.push(spool)
    return {
      write: (bytes) => spool.write(bytes),
      end: async () => {
        // A file input in which nothing was chosen (HTML standard, "constructing the entry list").
        if (head.filename !== '' || !spool.isEmpty) add(this.files, head.name, await spool.finish())
      },
    }
  }
}

interface Part {
  write(bytes: Uint8Array): Promise<void> | void
  end(): Promise<void> | void
}

function add<Value>(lists: Map<string, Value[]>, name: string, value: Value): void {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [value])
  else list.push(value)
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('a field is not UTF-8')
  }
}
