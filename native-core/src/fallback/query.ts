import { Rejection } from './rejection.ts'

/** The values of each query parameter in order; `+` is a blank. */
export function parseQuery(target: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  const start = target.indexOf('?')
  if (start === -1) return values
  for (const pair of target.slice(start + 1).split('&')) {
    if (pair === '') continue
    const end = pair.indexOf('=')
    const name = decode(end === -1 ? pair : pair.slice(0, end))
    const value = end === -1 ? '' : decode(pair.slice(end + 1))
    const list = values.get(name)
    if (list === undefined) values.set(name, [value])
    else list.push(value)
  }
  return values
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Rejection('bad-request', 'The query has a malformed percent sign')
  }
}
