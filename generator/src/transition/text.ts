/** Files as text: byte order mark and line ends are put aside for comparison and merging, and restored on writing. */

export interface TextFile {
  /** Without byte order mark, lines ending in LF; or as it is when the file mixes line ends. */
  readonly text: string
  readonly bom: boolean
  readonly eol: '\n' | '\r\n'
}

const BOM = '\ufeff'

/** The text of a file; nothing when it is binary. */
export function readText(content: Uint8Array): TextFile | undefined {
  if (content.includes(0)) return undefined
  let raw: string
  try {
    raw = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return undefined // not UTF-8: by definition of this function, binary
  }
  const bom = raw.startsWith(BOM)
  const text = bom ? raw.slice(1) : raw
  const crlf = text.split('\r\n').length - 1
  const lf = text.split('\n').length - 1 - crlf
  if (crlf > 0 && lf === 0) return { text: text.replaceAll('\r\n', '\n'), bom, eol: '\r\n' }
  return { text, bom, eol: '\n' }
}

/** New text in the outer form of the user's file. */
export function writeText(text: string, like: Pick<TextFile, 'bom' | 'eol'>): Uint8Array {
  const lines = like.eol === '\r\n' ? text.replace(/\r?\n/g, '\r\n') : text
  return new TextEncoder().encode((like.bom ? BOM : '') + lines)
}

/** Whether two files are equal but for line ends and byte order mark. */
export function sameText(a: Uint8Array, b: Uint8Array): boolean {
  if (Buffer.compare(a, b) === 0) return true
  const left = readText(a)
  const right = readText(b)
  if (!left || !right) return false
  return left.text.replaceAll('\r\n', '\n') === right.text.replaceAll('\r\n', '\n')
}

/** Lines with their line ends, so that joining them gives the text back. */
export function splitLines(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}
