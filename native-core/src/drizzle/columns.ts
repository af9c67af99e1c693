import { Column, is, SQL, Subquery } from 'drizzle-orm'
import { PgArray, type PgColumn, PgCustomColumn } from 'drizzle-orm/pg-core'
import { SQLiteCustomColumn } from 'drizzle-orm/sqlite-core'
import type { ColumnForm } from '../binding.d.ts'
import type { Field } from './prepared.ts'

/** What makes a value of what the driver gives. */
export type Decoder = Column | { mapFromDriverValue(value: unknown): unknown }

/** How columns of Drizzle become JSON, as `JSON.stringify` has what their decoders make; by `columnType`. */
const forms: Readonly<Record<string, ColumnForm>> = {
  PgBigInt53: 'number',
  // JSON.stringify throws on a bigint, and a number of JSON is one of 53 bits for most who read it.
  PgBigInt64: 'string',
  PgBigSerial53: 'number',
  PgBigSerial64: 'string',
  PgBinaryVector: 'string',
  PgBoolean: 'boolean',
  PgChar: 'string',
  PgCidr: 'string',
  PgDate: 'instant',
  PgDateString: 'string',
  PgDoublePrecision: 'number',
  PgEnumColumn: 'string',
  PgEnumObjectColumn: 'string',
  PgInet: 'string',
  PgInteger: 'number',
  PgInterval: 'string',
  PgJson: 'json',
  PgJsonb: 'json',
  PgMacaddr: 'string',
  PgMacaddr8: 'string',
  PgNumeric: 'string',
  PgNumericBigInt: 'string',
  PgNumericNumber: 'number',
  PgReal: 'number',
  PgSerial: 'number',
  PgSmallInt: 'number',
  PgSmallSerial: 'number',
  PgText: 'string',
  PgTime: 'string',
  PgTimestamp: 'instant',
  PgTimestampString: 'string',
  PgUUID: 'string',
  PgVarchar: 'string',
  // Drizzle takes what SQLite gives for these, which may be of any kind.
  SQLiteInteger: 'raw',
  SQLiteNumeric: 'string',
  SQLiteReal: 'raw',
  SQLiteText: 'raw',
  SQLiteBoolean: 'one',
  SQLiteNumericBigInt: 'string',
  SQLiteNumericNumber: 'number',
  SQLiteTextJson: 'json',
}

/** Columns whose values Drizzle makes something else of before they are bound, or whose form only it knows. */
const encoded = new Set(['SQLiteNumericBigInt', 'SQLiteNumericNumber', 'SQLiteTimestamp'])

/** How a point in time is kept in SQLite, by the mode of its column. */
const instants: Readonly<Record<string, ColumnForm>> = { timestamp: 'seconds', timestamp_ms: 'milliseconds' }

/** What decides about a selected field. */
export function decoderOf(field: Field['field']): Decoder {
  if (is(field, Column)) return field
  if (is(field, SQL)) return decoderOfSql(field)
  if (is(field, Subquery)) {
    // A subquery for a value selects one field, whose decoder counts.
    const [inner] = Object.values(field._.selectedFields)
    return decoderOf(inner as Field['field'])
  }
  return decoderOfSql(field.sql)
}

/** `decoder` is what `mapWith` sets; Drizzle's declarations leave it out. */
function decoderOfSql(sql: SQL): Decoder {
  return (sql as unknown as { decoder: Decoder }).decoder
}

/** How a field becomes JSON, or in words why Rust does not know. */
export function formOf(decoder: Decoder): ColumnForm | { unknown: string } {
  if (is(decoder, Column)) return formOfColumn(decoder)
  const { mapFromDriverValue } = decoder
  if (mapFromDriverValue === Number) return 'number'
  if (mapFromDriverValue === String) return 'string'
  if (mapFromDriverValue === Boolean) return 'boolean'
  // What `sql` has from the start gives values as the driver reads them.
  if (isUntouched(mapFromDriverValue)) return 'raw'
  return { unknown: 'is read by a function of yours (mapWith)' }
}

function formOfColumn(column: Column): ColumnForm | { unknown: string } {
  if (is(column, PgArray)) {
    const element = formOf(elementOf(column))
    // PostgreSQL has one type for arrays of all dimensions.
    if (typeof element === 'object') return element
    return element === 'raw' ? { unknown: 'is an array of a custom type' } : { array: element }
  }
  if (is(column, PgCustomColumn) || is(column, SQLiteCustomColumn)) return formOfCustom(column)
  if (column.columnType === 'SQLiteTimestamp') {
    return instants[(column as unknown as { mode: string }).mode] ?? { unknown: 'has a mode that Rust does not know' }
  }
  return forms[column.columnType] ?? { unknown: `is a ${column.columnType}, which Rust does not read` }
}

/** What an array is of. Drizzle's declarations leave it out. */
export function elementOf(array: Column): Column {
  return (array as unknown as { baseColumn: PgColumn }).baseColumn
}

/** A custom type without `fromDriver` is what the driver gives: of bytes a buffer, of arrays a list, which their OIDs do not tell. */
function formOfCustom(column: Column): ColumnForm | { unknown: string } {
  const { mapFrom } = column as unknown as { mapFrom?: unknown }
  const type = column.getSQLType()
  if (mapFrom !== undefined)
    return { unknown: `is of the custom type '${type}', which a function of yours reads (fromDriver)` }
  if (/^(?:bytea|blob)\b|\]$/i.test(type.trim()))
    return { unknown: `is of the custom type '${type}', which has no form in JSON of its own` }
  return 'raw'
}

/** Whether a value of the request that is for a column is the text that PostgreSQL reads, or JSON. */
export function isPlain(column: Column): boolean {
  if (is(column, PgCustomColumn) || is(column, SQLiteCustomColumn))
    return (column as unknown as { mapTo?: unknown }).mapTo === undefined
  return column.columnType in forms && !encoded.has(column.columnType)
}

const untouched = decoderOfSql(new SQL([])) as { mapFromDriverValue: unknown }

function isUntouched(decode: unknown): boolean {
  return decode === untouched.mapFromDriverValue
}
