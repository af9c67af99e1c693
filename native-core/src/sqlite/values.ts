import type { QueryValue } from '../binding.d.ts'
import { scalarOf } from '../queries/text.ts'

/** SQLite's fundamental datatypes, as the binding numbers them. */
const INTEGER = 1
const REAL = 2
const TEXT = 3
const BLOB = 4

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

/** Arguments as they are sent: texts, and what each of them is. */
export interface Bound {
  parameters: Array<string | null>
  types: number[] | undefined
}

/** Binds arguments as libsql does: every number and boolean is REAL, a bigint INTEGER, a date its milliseconds. */
export function bind(args: readonly unknown[]): Bound {
  const parameters: Array<string | null> = []
  const types: number[] = []
  for (const [at, value] of args.entries()) {
    const [text, type] = textOf(value, at)
    parameters.push(text)
    types.push(type)
  }
  return { parameters, types: types.length === 0 ? undefined : types }
}

function textOf(value: unknown, at: number): [string | null, number] {
  switch (typeof value) {
    case 'string':
      return [value, TEXT]
    case 'number':
      if (Number.isFinite(value)) return [Object.is(value, -0) ? '-0' : String(value), REAL]
      throw new RangeError(`Argument ${at + 1} is ${value}: only finite numbers can be passed`)
    case 'boolean':
      return [value ? '1' : '0', REAL]
    case 'bigint':
      if (value >= LEAST && value <= MOST) return [String(value), INTEGER]
      throw new RangeError(`Argument ${at + 1} is a bigint beyond 64 bits`)
  }
  if (value === null) return [null, TEXT]
  if (value instanceof Date) return textOf(value.valueOf(), at)
  if (value instanceof ArrayBuffer) return [Buffer.from(value).toString('base64'), BLOB]
  if (ArrayBuffer.isView(value)) {
    return [Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'), BLOB]
  }
  throw new TypeError(
    `Argument ${at + 1} is ${value === undefined ? 'undefined' : 'an object'}: pass null, a string, number, bigint, boolean, Date, ArrayBuffer or Uint8Array`,
  )
}

/** A value of a handler for a query. */
export function queryValueOf(value: unknown): QueryValue {
  return scalarOf(value instanceof Date ? value.valueOf() : value)
}

/** A value that Drizzle has encoded, as a query always has it. */
export function constantOf(value: unknown): string | number | null {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return constantOf(value.valueOf())
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new TypeError('Only texts, finite numbers, booleans, dates and null can be')
}
