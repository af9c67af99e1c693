/**
 * Reads JSON as the engine does (RFC 8259 within I-JSON): what `JSON.parse` lets pass (two members of one name, lone surrogates, numbers
 * beyond a double, any depth) is refused. Throws SyntaxError.
 */
export function parseStrict(text: string, depth: number): unknown {
  const value: unknown = JSON.parse(text)
  scan(text, depth)
  return value
}

/** Walks the tokens of a text that is known to be valid JSON. */
function scan(text: string, limit: number): void {
  const open: Array<Set<string> | null> = []
  const token = /[{}[\]]|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gy
  const skip = /[\s,:]+|true|false|null/gy
  let index = 0
  while (index < text.length) {
    skip.lastIndex = index
    if (skip.test(text)) {
      index = skip.lastIndex
      continue
    }
    token.lastIndex = index
    const [part = ''] = token.exec(text) ?? []
    index += Math.max(part.length, 1)
    if (part === '{' || part === '[') {
      open.push(part === '{' ? new Set() : null)
      if (open.length > limit) throw new SyntaxError(`nested more than ${limit} levels deep`)
    } else if (part === '}' || part === ']') open.pop()
    else if (part.startsWith('"')) checkString(text, part, index, open.at(-1) ?? null)
    else if (!Number.isFinite(Number(part))) throw new SyntaxError('a number is out of range')
  }
}

function checkString(text: string, part: string, end: number, keys: Set<string> | null): void {
  const value = JSON.parse(part) as string
  if (!value.isWellFormed()) throw new SyntaxError('an escaped lone surrogate')
  if (keys === null || !isKey(text, end)) return
  if (keys.has(value)) throw new SyntaxError('a property name occurs twice')
  keys.add(value)
}

function isKey(text: string, end: number): boolean {
  let index = end
  while (' \t\r\n'.includes(text[index] ?? 'x')) index++
  return text[index] === ':'
}
