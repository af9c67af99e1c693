import { type ArrayOf, parseArray } from './arrays.ts'
import type { ArrayType } from './catalog.ts'
import { oid } from './oids.ts'

/** Reads values of a type from the text that PostgreSQL writes, by OID. Types without one stay text. */
export type Parsers = Record<number, (text: string) => unknown>

/** A value as Rust gives it: booleans, small integers, floats and JSON are values already, everything else is text. */
export type Cell = unknown

/** Makes a value of a cell that is not null. */
export type Decode = (cell: Cell) => unknown

const asNumber = (text: string): number => Number(text)
const asDate = (text: string): Date => new Date(text)
const asJson = (text: string): unknown => JSON.parse(text)

/** What the package `postgres` reads in a way of its own: 64-bit integers and decimals stay text, as numbers cannot hold them. */
const defaults: Readonly<Parsers> = {
  [oid.bool]: (text) => text === 't',
  [oid.bytea]: (text) => Buffer.from(text.slice(2), 'hex'),
  [oid.int2]: asNumber,
  [oid.int4]: asNumber,
  [oid.oid]: asNumber,
  [oid.json]: asJson,
  [oid.jsonb]: asJson,
  [oid.float4]: asNumber,
  [oid.float8]: asNumber,
  [oid.date]: asDate,
  [oid.timestamp]: asDate,
  [oid.timestamptz]: asDate,
}

export function defaultParsers(): Parsers {
  return { ...defaults }
}

/** How cells of a column become values; undefined when they are values already. */
export function decoderOf(type: number, parsers: Parsers, arrays: ReadonlyMap<number, ArrayType>): Decode | undefined {
  const parse = parsers[type]
  if (parse === undefined) return arrayDecoder(arrays.get(type), parsers)
  const before = textOf[type]
  if (before === undefined) return parse as Decode
  if (parse !== defaults[type]) return (cell) => parse(before(cell))
  // JSON has no word for NaN and the infinities.
  return type === oid.float4 || type === oid.float8 ? Number : undefined
}

function arrayDecoder(array: ArrayType | undefined, parsers: Parsers): Decode | undefined {
  if (array === undefined) return undefined
  const item = parsers[array.element] ?? ((text: string) => text)
  return (cell): ArrayOf<unknown> => parseArray(cell as string, item, array.delimiter)
}

/** The text of cells that Rust made values of, for parsers that the user put in place of ours. */
const textOf: Readonly<Record<number, (cell: Cell) => string>> = {
  [oid.bool]: (cell) => (cell === true ? 't' : 'f'),
  [oid.int2]: String,
  [oid.int4]: String,
  [oid.oid]: String,
  [oid.float4]: String,
  [oid.float8]: String,
  [oid.json]: (cell) => JSON.stringify(cell),
  [oid.jsonb]: (cell) => JSON.stringify(cell),
}
