import { isToken } from '../header.ts'
import { malformed } from './fault.ts'

/** What the head of a part says. */
export interface PartHead {
  name: string
  /** As sent; undefined for a text field, '' for a file that was not chosen. */
  filename: string | undefined
  /** Media type in lower case, with its parameters. */
  type: string
}

const parameter =
  /[ \t]*;[ \t]*([!#$%&'+.^_`|~0-9A-Za-z-]+\*?)[ \t]*=[ \t]*(?:"([^"]*)"|([!#$%&'*+.^_`|~0-9A-Za-z-]+))/y

/**
 * Reads the head of a part of `multipart/form-data` (RFC 7578 §4) as browsers write it: a quoted name has no escapes but `%22` for a quote,
 * and is UTF-8. Anything a browser does not write, and that another reader could take for something else, is refused.
 */
export function readPartHead(bytes: Uint8Array): PartHead {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('the head of a part is not UTF-8')
  }
  const fields = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const { name, value } = fieldOf(line)
    if (fields.has(name)) throw malformed(`a part has two ${name} fields`)
    fields.set(name, value)
  }
  const encoding = fields.get('content-transfer-encoding')?.toLowerCase() ?? 'binary'
  if (!['7bit', '8bit', 'binary'].includes(encoding))
    throw malformed('a part has a Content-Transfer-Encoding, which forms do not know (RFC 7578 §4.7)')
  return { ...dispositionOf(fields.get('content-disposition')), type: fields.get('content-type') ?? '' }
}

/** A field line (RFC 9112 §5), name in lower case. Without a regular expression: one that trims takes cubic time for hostile blanks. */
function fieldOf(line: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0))
  if (!isToken(name) || /[\r\n\0]/.test(line)) throw malformed('the head of a part has a line that is no header field')
  let [start, end] = [colon + 1, line.length]
  while (start < end && isBlank(line, start)) start += 1
  while (end > start && isBlank(line, end - 1)) end -= 1
  return { name: name.toLowerCase(), value: line.slice(start, end) }
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t'
}

function dispositionOf(value: string | undefined): Pick<PartHead, 'name' | 'filename'> {
  if (value === undefined || !/^form-data[ \t]*(?:;|$)/i.test(value))
    throw malformed('a part has no Content-Disposition: form-data')
  const found = new Map<string, string>()
  parameter.lastIndex = 'form-data'.length
  let end = parameter.lastIndex
  for (let match = parameter.exec(value); match !== null; match = parameter.exec(value)) {
    const name = (match[1] as string).toLowerCase()
    if (name.endsWith('*') && name !== 'filename*')
      throw malformed(`a part has a ${name}, which forms do not know (RFC 7578 §4.2)`)
    if (found.has(name)) throw malformed(`the Content-Disposition of a part has ${name} twice`)
    found.set(name, (match[2] ?? match[3] ?? '').replaceAll('%22', '"'))
    end = parameter.lastIndex
  }
  const name = found.get('name')
  if (!/^[ \t]*$/.test(value.slice(end)) || name === undefined)
    throw malformed('the Content-Disposition of a part cannot be read, or has no name')
  // .NET sends both names of a file. That in the other encoding does not count, and alone would make a text of what others take for a file.
  if (found.has('filename*') && !found.has('filename'))
    throw malformed('a part has a filename* without a filename, which forms do not know (RFC 7578 §4.2)')
  return { name, filename: found.get('filename') }
}
