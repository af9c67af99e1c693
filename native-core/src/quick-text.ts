import type { Handle } from './binding.d.ts'
import type { HostBinding } from './host.ts'
import { JsonText } from './json-text.ts'
import { isStream } from './source.ts'

/** The text that answers a request all by itself, or undefined when the value needs a status, headers or bytes. */
export type QuickText = (handle: Handle, value: unknown) => string | undefined

/**
 * Makes the quick way out of one route: most handlers return plain objects or texts, which the host answers without being told status
 * and headers. What kind of text it is, it is told only when that changes.
 */
export function quickTextOf(binding: HostBinding, status: number): QuickText {
  // These answers have no content.
  if (status === 204 || status === 304) return () => undefined
  let isText = false
  return (handle, value) => {
    const text = textOf(value)
    // An iterator that was written as an object literal.
    if (text === '{}' && isStream(value)) return undefined
    const wanted = typeof value === 'string'
    if (wanted !== isText && text !== undefined && binding.setText(handle, wanted)) isText = wanted
    return text
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (isPlain(value)) return JSON.stringify(value)
  return value instanceof JsonText ? value.text : undefined
}

/** True for plain objects and lists, of whatever class they are: the answer is their JSON. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return value.constructor === Object || (Array.isArray(value) && !isStream(value))
}
