import { Column, getTableName, is } from 'drizzle-orm'
import { PgArray } from 'drizzle-orm/pg-core'
import type { ColumnForm } from '../binding.d.ts'
import type { JsonSchema } from '../plan.ts'
import { decoderOf, elementOf, formOf } from './columns.ts'
import type { Part } from './layout.ts'
import type { Field, Prepared } from './prepared.ts'

/** JSON Schema of a row, for the OpenAPI document. */
export function rowSchema(parts: readonly Part[], joins: Prepared['joinsNotNullableMap']): JsonSchema {
  return objectOf(
    parts.map((part) => {
      const [first] = part.fields
      if (!part.isObject) return [part.name, schemaOf(first as Field, joins)]
      // Where a row is missing the whole object is null, so its columns are as the table has them.
      const inner = objectOf(
        part.fields.map((field) => [
          field.path.slice(1).join('.'),
          schemaOf(field, part.absentBy === undefined ? joins : undefined),
        ]),
      )
      return [part.name, part.absentBy === undefined ? inner : { anyOf: [inner, { type: 'null' }] }]
    }),
  )
}

function objectOf(properties: ReadonlyArray<readonly [string, JsonSchema]>): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
  }
}

function schemaOf({ field }: Field, joins: Prepared['joinsNotNullableMap']): JsonSchema {
  const decoder = decoderOf(field)
  const schema = is(decoder, Column) ? ofColumn(decoder) : ofForm(formOf(decoder))
  // Of an expression nobody says whether it may be NULL.
  const isNullable = !is(field, Column) || !field.notNull || joins?.[getTableName(field.table)] === false
  return isNullable ? orNull(schema) : schema
}

const integers = /^Pg(?:BigInt53|BigSerial53|Integer|Serial|SmallInt|SmallSerial)$/

function ofColumn(column: Column): JsonSchema {
  if (integers.test(column.columnType)) return { type: 'integer' }
  if (column.columnType === 'PgUUID') return { type: 'string', format: 'uuid' }
  if (column.enumValues !== undefined && column.enumValues.length > 0)
    return { type: 'string', enum: [...column.enumValues] }
  if (is(column, PgArray)) return { type: 'array', items: ofColumn(elementOf(column)) }
  const form = formOf(column)
  const isForeign = form === 'raw' || (typeof form === 'object' && 'unknown' in form)
  return isForeign ? ofDataType(column.dataType) : ofForm(form)
}

function ofForm(form: ReturnType<typeof formOf>): JsonSchema {
  return typeof form === 'object' ? {} : { ...byForm[form] }
}

const byForm: Readonly<Record<Extract<ColumnForm, string>, JsonSchema>> = {
  boolean: { type: 'boolean' },
  number: { type: 'number' },
  string: { type: 'string' },
  instant: { type: 'string', format: 'date-time' },
  json: {},
  one: { type: 'boolean' },
  seconds: { type: 'string', format: 'date-time' },
  milliseconds: { type: 'string', format: 'date-time' },
  raw: {},
}

/** Columns that may hold anything, and those that Rust does not read. */
function ofDataType(type: Column['dataType']): JsonSchema {
  if (type === 'date') return { ...byForm.instant }
  if (type === 'bigint') return { type: 'string' }
  return type === 'string' || type === 'number' || type === 'boolean' ? { type } : {}
}

function orNull(schema: JsonSchema): JsonSchema {
  if (schema.type === undefined) return schema
  const values = schema.enum as unknown[] | undefined
  return { ...schema, type: [schema.type, 'null'], ...(values && { enum: [...values, null] }) }
}
