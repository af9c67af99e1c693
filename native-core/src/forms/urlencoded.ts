import { beyond, malformed } from './fault.ts'
import type { FormLimits } from './limits.ts'

const AMPERSAND = 0x26

/** Reads `application/x-www-form-urlencoded` (the URL standard, §5): values by name, in order; `+` is a blank. */
export async function readUrlencoded(
  stream: AsyncIterable<Uint8Array>,
  limits: FormLimits,
): Promise<Map<string, string[]>> {
  const chunks: Uint8Array[] = []
  let separators = 0
  for await (const chunk of stream) {
    // Told before all of it is here: empty pairs are no fields, but nobody sends that many.
    for (const byte of chunk) if (byte === AMPERSAND) separators += 1
    if (separators > limits.fields * 2) throw tooMany(limits)
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('latin1')
  const fields = new Map<string, string[]>()
  let count = 0
  for (const pair of text.split('&')) {
    if (pair === '') continue
    count += 1
    if (count > limits.fields) throw tooMany(limits)
    const end = pair.indexOf('=')
    const name = decode(end === -1 ? pair : pair.slice(0, end))
    const value = end === -1 ? '' : decode(pair.slice(end + 1))
    if (Buffer.byteLength(name) + Buffer.byteLength(value) > limits.fieldBytes)
      throw beyond(limits, 'fieldBytes', 'A field has more bytes than')
    const list = fields.get(name)
    if (list === undefined) fields.set(name, [value])
    else list.push(value)
  }
  return fields
}

function tooMany(limits: FormLimits): Error {
  return beyond(limits, 'fields', 'The form has more fields than')
}

function decode(text: string): string {
  // Bytes beyond ASCII that were not encoded are UTF-8, as the encoded ones are.
  const encoded = text.replaceAll('+', ' ').replace(/[\x80-\xff]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw malformed('a percent-encoding is broken, or not UTF-8')
  }
}
