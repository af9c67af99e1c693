/**
 * Array literals of PostgreSQL (its manual, "Array Input and Output Syntax"): `{1,NULL,"a \"b\""}`, nested `{{1,2},{3,4}}`, and
 * `[0:1]={1,2}` when bounds do not begin at 1, which JavaScript has no word for.
 */

/** A list, nested as deep as the array has dimensions. */
export type ArrayOf<T> = Array<T | null | ArrayOf<T>>

/** Reads an array literal; `item` reads an element that is not null. */
export function parseArray<T>(text: string, item: (text: string) => T, delimiter = ','): ArrayOf<T> {
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const reader = { text, at: start, item, delimiter }
  return readList(reader)
}

interface Reader<T> {
  readonly text: string
  /** Index of the next character. */
  at: number
  readonly item: (text: string) => T
  readonly delimiter: string
}

/** Reads from `{` to its `}`. PostgreSQL writes no blanks between elements. */
function readList<T>(reader: Reader<T>): ArrayOf<T> {
  const { text, delimiter } = reader
  if (text[reader.at] !== '{') throw malformed(text)
  const items: ArrayOf<T> = []
  reader.at += 1
  if (text[reader.at] === '}') {
    reader.at += 1
    return items
  }
  for (;;) {
    items.push(readItem(reader))
    const next = text[reader.at]
    reader.at += 1
    if (next === '}') return items
    if (next !== delimiter) throw malformed(text)
  }
}

function readItem<T>(reader: Reader<T>): T | null | ArrayOf<T> {
  const first = reader.text[reader.at]
  if (first === '{') return readList(reader)
  if (first === '"') return reader.item(readQuoted(reader))
  const word = readWord(reader)
  return word === 'NULL' ? null : reader.item(word)
}

/** Reads what stands in quotes, where a backslash takes the next character as it is. */
function readQuoted<T>(reader: Reader<T>): string {
  const { text } = reader
  let piece = ''
  let from = reader.at + 1
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]
    if (char === '"') {
      reader.at = at + 1
      return piece + text.slice(from, at)
    }
    if (char === '\\') {
      piece += text.slice(from, at)
      at += 1
      from = at
    }
  }
  throw malformed(text)
}

function readWord<T>(reader: Reader<T>): string {
  const { text, delimiter } = reader
  const from = reader.at
  while (reader.at < text.length && text[reader.at] !== delimiter && text[reader.at] !== '}') reader.at += 1
  return text.slice(from, reader.at)
}

function malformed(text: string): Error {
  return new Error(`PostgreSQL sent an array that is none: ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`)
}

/** Writes an array literal; `item` writes an element that is neither null nor a list. Elements are always quoted, so that "NULL" stays a text. */
export function writeArray(items: readonly unknown[], item: (value: unknown) => string): string {
  const parts = items.map((value) => {
    if (value === null) return 'NULL'
    return Array.isArray(value) ? writeArray(value, item) : `"${item(value).replace(/[\\"]/g, '\\$&')}"`
  })
  return `{${parts.join(',')}}`
}
