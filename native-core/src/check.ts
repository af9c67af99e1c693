import { BoltError } from './errors.ts'
import { headerFault } from './header.ts'
import { isSchema } from './schema/standard.ts'

/** Says what is wrong with a value, as "expected …"; undefined when it is fine. */
export type Check = (value: unknown, where: string) => string | undefined

/** Checks for the values of options; every option of the public API is declared with them. */
export const shape = {
  any: (): Check => () => undefined,
  text: (): Check => (value) => (typeof value === 'string' && value !== '' ? undefined : 'a non-empty string'),
  flag: (): Check => (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
  func: (): Check => (value) => (typeof value === 'function' ? undefined : 'a function'),
  schema: (): Check => (value) => (isSchema(value) ? undefined : 'a Standard Schema, for instance one of Zod 4'),
  integer:
    (range: { min?: number; max?: number } = {}): Check =>
    (value) => {
      const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range
      if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return undefined
      return `a whole number${range.min === undefined ? '' : ` from ${range.min}`}${range.max === undefined ? '' : ` to ${range.max}`}`
    },
  oneOf:
    (allowed: readonly (string | boolean)[]): Check =>
    (value) =>
      allowed.includes(value as string)
        ? undefined
        : `one of ${allowed.map((item) => JSON.stringify(item)).join(', ')}`,
  list:
    (item: Check, range: { min?: number } = {}): Check =>
    (value, where) => {
      if (!Array.isArray(value)) return 'a list'
      if (value.length < (range.min ?? 0)) return `a list of at least ${range.min}`
      for (const [index, entry] of value.entries()) {
        const expected = item(entry, `${where}[${index}]`)
        if (expected !== undefined) return `${expected} at index ${index}`
      }
      return undefined
    },
  record:
    (item: Check): Check =>
    (value, where) => {
      if (!isRecord(value)) return 'an object'
      for (const [key, entry] of Object.entries(value)) {
        const expected = item(entry, `${where}.${key}`)
        if (expected !== undefined) return `${expected} as ${key}`
      }
      return undefined
    },
  /** Header names and values as HTTP allows them. */
  headers: (): Check => (value) => {
    if (!isRecord(value)) return 'an object of header names and values'
    for (const [name, text] of Object.entries(value)) {
      const fault = typeof text === 'string' ? headerFault(name.toLowerCase(), text) : 'is not text'
      if (fault !== undefined) return `headers that HTTP allows; '${name}' ${fault}`
    }
    return undefined
  },
  object:
    (fields?: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
    (value, where) => {
      if (!isRecord(value)) return 'an object'
      if (fields !== undefined) checkShape(where, value, fields, required)
      return undefined
    },
  either:
    (...checks: readonly Check[]): Check =>
    (value, where) => {
      const expected: string[] = []
      for (const check of checks) {
        const found = check(value, where)
        if (found === undefined) return undefined
        expected.push(found)
      }
      return expected.join(', or ')
    },
}

/** Refuses unknown keys, missing keys and wrong values of an options object. `undefined` counts as not given. */
export function checkShape(
  where: string,
  value: unknown,
  fields: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): void {
  if (!isRecord(value)) {
    throw new BoltError(
      'invalid-option',
      `${where}: expected an options object, got ${show(value)}`,
      `known options: ${Object.keys(fields).join(', ')}`,
    )
  }
  for (const [key, entry] of Object.entries(value)) {
    const check = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (check === undefined) {
      const near = nearest(key, Object.keys(fields))
      throw new BoltError(
        'invalid-option',
        `${where}: unknown option '${key}'`,
        `${near === undefined ? '' : `did you mean '${near}'? `}known options: ${Object.keys(fields).join(', ')}`,
      )
    }
    if (entry === undefined) continue
    const expected = check(entry, `${where}: ${key}`)
    if (expected !== undefined) {
      throw new BoltError('invalid-option', `${where}: option '${key}' is ${show(entry)}`, `expected ${expected}`)
    }
  }
  for (const key of required) {
    if ((value as Record<string, unknown>)[key] === undefined) {
      throw new BoltError(
        'invalid-option',
        `${where}: option '${key}' is missing`,
        `known options: ${Object.keys(fields).join(', ')}`,
      )
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A short rendering of a value for messages. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (value === undefined) return 'undefined'
  const text = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return near !== undefined && near.distance <= Math.max(1, Math.floor(word.length / 3)) ? near.name : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
