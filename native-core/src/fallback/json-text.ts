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
  const next = /["{}[\]\d-]/g
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const { index } = found
    const first = text[index] as string
    if (first === '"') next.lastIndex = checkString(text, index, open.at(-1) ?? null)
    else if (first === '{' || first === '[') {
      open.push(first === '{' ? new Set() : null)
      if (open.length > limit) throw new SyntaxError(`nested more than ${limit} levels deep`)
    } else if (first === '}' || first === ']') open.pop()
    else next.lastIndex = checkNumber(text, index)
  }
}

/** Checks the string that begins at `start`; where it ends. */
function checkString(text: string, start: number, keys: Set<string> | null): number {
  const end = endOfString(text, start)
  const value = JSON.parse(text.slice(start, end)) as string
  if (!value.isWellFormed()) throw new SyntaxError('an escaped lone surrogate')
  if (keys !== null && isKey(text, end)) {
    if (keys.has(value)) throw new SyntaxError('a property name occurs twice')
    keys.add(value)
  }
  return end
}

/** Step by step: one expression for a whole string runs out of stack when it is long. */
function endOfString(text: string, start: number): number {
  const special = /["\\]/g
  special.lastIndex = start + 1
  while (text[special.exec(text)?.index ?? text.length] === '\\') special.lastIndex += 1
  return special.lastIndex
}

function checkNumber(text: string, start: number): number {
  let end = start + 1
  while ('0123456789.eE+-'.includes(text[end] ?? ' ')) end += 1
  if (!Number.isFinite(Number(text.slice(start, end)))) throw new SyntaxError('a number is out of range')
  return end
}

function isKey(text: string, end: number): boolean {
  let index = end
  while (' \t\r\n'.includes(text[index] ?? 'x')) index++
  return text[index] === ':'
}
