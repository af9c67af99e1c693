import { isAmong } from '../entity-tags.ts'

/** What a file is known by; the same tags as the engine's. */
export class Validators {
  readonly etag: string
  /** Whole seconds since 1970. */
  readonly modified: number

  constructor(etag: string, modified: number) {
    this.etag = etag
    this.modified = modified
  }

  static of(size: bigint, modifiedNs: bigint): Validators {
    return new Validators(`"${size.toString(16)}-${modifiedNs.toString(16)}"`, Number(modifiedNs / 1_000_000_000n))
  }

  /** Those of a file that holds the same in a coding. */
  inCoding(coding: string): Validators {
    return new Validators(`${this.etag.slice(0, -1)}-${coding}"`, this.modified)
  }

  /** Those of something that means the same, but need not be the same bytes (RFC 9110 §8.8.1). */
  weak(): Validators {
    return new Validators(`W/${this.etag}`, this.modified)
  }

  get lastModified(): string {
    return new Date(this.modified * 1000).toUTCString()
  }

  /** Whether the client has it already (RFC 9110 §13.1.2, §13.1.3). */
  isKnown(ifNoneMatch: string | undefined, ifModifiedSince: string | undefined): boolean {
    if (ifNoneMatch !== undefined) return isAmong(this.etag, ifNoneMatch)
    const since = ifModifiedSince === undefined ? Number.NaN : Date.parse(ifModifiedSince)
    return this.modified * 1000 <= since
  }

  /** Whether If-Range lets a range be answered (RFC 9110 §13.1.5): the tag must be strong and the same, a date exactly the same. */
  letsRange(ifRange: string | undefined): boolean {
    if (ifRange === undefined) return true
    const field = ifRange.trim()
    return field.startsWith('"') ? field === this.etag : Date.parse(field) === this.modified * 1000
  }
}

export type Range = 'whole' | 'unsatisfiable' | { first: number; last: number }

/** Reads a Range field for a content of a size (RFC 9110 §14): one range of bytes; anything else is answered with the whole. */
export function rangeOf(field: string, size: number): Range {
  const match = /^[ \t]*bytes[ \t]*=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field)
  if (match === null || (match[1] === '' && match[2] === '')) return 'whole'
  const [first, last] = [match[1] as string, match[2] as string]
  if (first === '') {
    const length = Number(last)
    return length === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - length), last: size - 1 }
  }
  if (last !== '' && Number(first) > Number(last)) return 'whole'
  if (Number(first) >= size) return 'unsatisfiable'
  return { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}
