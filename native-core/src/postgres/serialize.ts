import { writeArray } from './arrays.ts'
import { PostgresError } from './error.ts'
import { oid } from './oids.ts'

/** Writes values of a type as PostgreSQL reads them, by OID. What is not text afterwards is written as if there were no such function. */
export type Serializers = Record<number, (value: unknown) => unknown>

/** Parameters of a statement as they are sent. */
export interface Parameters {
  texts: Array<string | null>
  /** OIDs; undefined when PostgreSQL infers them all. */
  types: number[] | undefined
}

/**
 * Writes the parameters of a statement. The type is told of values that can have no other (booleans, bigints, dates, bytes); of all others
 * PostgreSQL infers it from where they stand, so that a text may be a number, a uuid or JSON.
 */
export function serialize(values: readonly unknown[], serializers: Serializers, sql: string): Parameters {
  const texts: Array<string | null> = []
  let types: number[] | undefined
  for (const [index, value] of values.entries()) {
    const type = typeOf(value)
    if (type !== 0) {
      types ??= new Array<number>(values.length).fill(0)
      types[index] = type
    }
    const fail = (code: string, message: string): never => {
      throw new PostgresError({ code, message: `Parameter $${index + 1} ${message}` }, sql)
    }
    texts.push(value === null ? null : textOf(value, serializers, fail))
  }
  return { texts, types }
}

/** Refuses a parameter. */
type Fail = (code: string, message: string) => never

function typeOf(value: unknown): number {
  if (typeof value === 'boolean') return oid.bool
  if (typeof value === 'bigint') return oid.int8
  if (value instanceof Date) return oid.timestamptz
  return value instanceof Uint8Array ? oid.bytea : 0
}

function textOf(value: unknown, serializers: Serializers, fail: Fail): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  const own = serializers[typeOf(value)]?.(value)
  if (typeof own === 'string') return own
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (typeof value === 'bigint') return String(value)
  if (value === undefined) fail('UNDEFINED_VALUE', 'is undefined. Pass null for no value.')
  if (value instanceof Date) return dateText(value, fail)
  if (value instanceof Uint8Array) return bytesText(value)
  if (Array.isArray(value)) return writeArray(value, (item) => textOf(item, serializers, fail))
  return jsonText(value, fail)
}

function dateText(value: Date, fail: Fail): string {
  if (Number.isNaN(value.getTime())) fail('INVALID_PARAMETER', 'is an invalid Date.')
  return value.toISOString()
}

/** Bytes as bytea reads them. */
export function bytesText(value: Uint8Array): string {
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
}

/** An object as JSON, and one that says it is a text (a decimal number, a URL) as that text. */
function jsonText(value: unknown, fail: Fail): string {
  const json: string | undefined = JSON.stringify(value)
  if (json === undefined) return fail('INVALID_PARAMETER', `is a ${typeof value}, which cannot be sent.`)
  return json.startsWith('"') ? (JSON.parse(json) as string) : json
}
