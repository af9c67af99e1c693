import { basename, isAbsolute, resolve } from 'node:path'
import { checkShape, shape } from './check.ts'
import { headerFault } from './header.ts'
import { shareKind } from './kind.ts'

/** How `file` sends a file; an unknown option is refused. */
export interface FileOptions {
  /** Content-Type. @default by the extension of the name; application/octet-stream if it says nothing */
  type?: string
  /** Has browsers save the file, under its own name (true) or another one. @default false */
  download?: boolean | string
  /**
   * A folder that the path is relative to and must not leave: necessary as soon as any part of the path comes from a request. Hidden files
   * are not sent then.
   */
  root?: string
  /** Cache-Control; '' for none. @default 'private, no-cache', so that browsers ask whether theirs is still right */
  cacheControl?: string
}

/** A file as an answer, made by `file`. */
export class FileReply {
  /** Absolute, or relative to `root`. */
  readonly path: string
  /** Absolute; the folder that the file must lie in. */
  readonly root: string | undefined
  /** Content-Type; undefined: by the extension. */
  readonly type: string | undefined
  /** Cache-Control; empty for none. */
  readonly cacheControl: string
  /** Content-Disposition. */
  readonly disposition: string | undefined

  static {
    shareKind(FileReply, 'FileReply')
  }

  constructor(path: string, options: FileOptions) {
    const { root, type, download = false, cacheControl = 'private, no-cache' } = options
    this.root = root === undefined ? undefined : resolve(root)
    this.path = root === undefined && !isAbsolute(path) ? resolve(path) : path
    this.type = type
    this.cacheControl = cacheControl
    this.disposition = download === false ? undefined : attachment(download === true ? basename(path) : download)
  }
}

const value = (text: unknown): string | undefined =>
  typeof text === 'string' && headerFault('x', text) === undefined ? undefined : 'text that a header may hold'

/**
 * Answers with a file, which the host opens and sends by itself: with ranges, an entity tag, and 304 when the client has it. Without such a
 * file the answer is 404.
 * @example return file(`${ctx.params.id}.pdf`, { root: './invoices', download: 'invoice.pdf' })
 */
export function file(path: string, options: FileOptions = {}): FileReply {
  checkShape(
    'file()',
    { path, ...options },
    {
      path: shape.text(),
      type: shape.either(shape.text()),
      download: shape.either(shape.flag(), shape.text()),
      root: shape.text(),
      cacheControl: value,
    },
  )
  return new FileReply(path, options)
}

/** RFC 6266: the name for old clients in ASCII, and the real one (RFC 8187) where that differs. */
function attachment(name: string): string {
  const ascii = name.replace(/[^ -~]/g, '_').replace(/["\\%]/g, '_')
  const quoted = `attachment; filename="${ascii}"`
  if (ascii === name) return quoted
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${quoted}; filename*=UTF-8''${encoded}`
}
