import { Column, is, noopEncoder, Param, Placeholder } from 'drizzle-orm'
import { PgColumn } from 'drizzle-orm/pg-core'
import type { NativeQuery, QueryClient, QueryInput } from '../query.ts'
import { isPlain } from './columns.ts'
import { inputOf } from './param.ts'
import { refuse } from './refuse.ts'

/** A place of a statement that a value of the request goes to. */
export interface Place {
  /** Index among the parameters. */
  readonly at: number
  readonly input: QueryInput
  /** The column that the value is for, if Drizzle knows one. */
  readonly column: Column | undefined
  /** Whether it is the text that PostgreSQL reads, or JSON. */
  readonly isPlain: boolean
  /** What Drizzle would make of the value. */
  readonly encode: (value: unknown) => unknown
}

/** The places of a statement that have values of requests. */
export function placesOf(sql: string, params: readonly unknown[]): Place[] {
  return params.flatMap((param, at) => {
    const placeholder = placeholderOf(param)
    if (placeholder === undefined) return []
    const encoder = is(param, Param) ? param.encoder : noopEncoder
    const column = is(encoder, Column) ? encoder : undefined
    const input = inputOf(placeholder, column !== undefined && /^(?:PgJsonb?|SQLiteTextJson)$/.test(column.columnType))
    if (input === undefined) {
      refuse(
        sql,
        `the placeholder '${placeholder.name}' is one of your own, and nothing of a request has its name`,
        "use param.path('id'), param.query('limit'), param.body('title') or claim('sub')",
      )
    }
    const isText = column === undefined ? encoder === noopEncoder : isPlain(column)
    return [{ at, input, column, isPlain: isText, encode: (value: unknown) => encoder.mapToDriverValue(value) }]
  })
}

function placeholderOf(param: unknown): Placeholder | undefined {
  if (is(param, Placeholder)) return param
  return is(param, Param) && is(param.value, Placeholder) ? param.value : undefined
}

/** The parameters as Rust binds them. */
export function nativeParameters(
  sql: string,
  params: readonly unknown[],
  places: readonly Place[],
  client: Pick<QueryClient, 'constant'>,
): NativeQuery['parameters'] {
  return params.map((param, at) => {
    const index = places.findIndex((place) => place.at === at)
    const place = places[index]
    if (place === undefined) return { constant: constantOf(sql, param, at, client) }
    const { column, input } = place
    if (!place.isPlain) {
      const what = column === undefined ? 'an encoder of yours' : `the ${column.columnType} '${column.name}'`
      refuse(sql, `the ${input.from} value '${input.name}' is for ${what}, whose form Rust does not know`)
    }
    return { input: index }
  })
}

/** Parameters that are truth values: for columns that SQLite keeps as 1 and 0. */
export function booleansOf(places: readonly Place[]): number[] {
  return places.flatMap(({ at, column }) => (column?.columnType === 'SQLiteBoolean' ? [at] : []))
}

function constantOf(sql: string, value: unknown, at: number, client: Pick<QueryClient, 'constant'>) {
  try {
    return client.constant(value, sql)
  } catch (error) {
    return refuse(sql, `the value of $${at + 1} cannot be written down`, 'pass null for no value', error)
  }
}

/**
 * The value that Drizzle's driver is given in a place. Dates that come as texts go to PostgreSQL as they are; other databases keep them in forms
 * that only Drizzle knows.
 */
export function driverValue({ input, column, encode }: Place, value: unknown): unknown {
  if (value === null) return null
  if (typeof value === 'string' && column?.dataType === 'date') {
    return is(column, PgColumn) ? value : encode(dateOf(value, input.name))
  }
  const encoded = encode(value)
  return typeof encoded === 'object' && encoded === value && !(value instanceof Date) ? JSON.stringify(value) : encoded
}

function dateOf(text: string, name: string): Date {
  const date = new Date(text)
  // SQLSTATE of a text that is no date.
  if (Number.isNaN(date.getTime())) throw Object.assign(new RangeError(`'${name}' is no date`), { code: '22007' })
  return date
}
