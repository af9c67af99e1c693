import { Column, getTableName, is } from 'drizzle-orm'
import type { QueryColumn } from '../binding.d.ts'
import { decoderOf, formOf } from './columns.ts'
import type { Field, Prepared } from './prepared.ts'
import { refuse } from './refuse.ts'

/** What is selected: plain columns, and objects of columns side by side. */
export interface Part {
  readonly name: string
  readonly fields: readonly Field[]
  /** Whether the fields are within an object of that name. */
  readonly isObject: boolean
  /** The column that is NULL where the object is; undefined when it never is. */
  readonly absentBy: Field | undefined
}

/** Puts the fields of a row together as Drizzle does (`mapResultRow` of its utils.js). */
export function partsOf(fields: readonly Field[], joins: Prepared['joinsNotNullableMap']): Part[] {
  const names = [...new Set(fields.map(({ path }) => path[0] as string))]
  return names.map((name) => {
    const own = fields.filter(({ path }) => path[0] === name)
    const isObject = own.some(({ path }) => path.length > 1)
    return { name, fields: own, isObject, absentBy: isObject ? absentBy(own, joins) : undefined }
  })
}

/** A joined object is null when its first column is, all its columns are of one table, and rows of that table may be missing. */
function absentBy(fields: readonly Field[], joins: Prepared['joinsNotNullableMap']): Field | undefined {
  const columns = fields.filter(({ path, field }) => path.length === 2 && is(field, Column))
  const tables = new Set(columns.map(({ field }) => getTableName((field as Column).table)))
  const [table] = tables
  return table !== undefined && tables.size === 1 && joins !== undefined && !joins[table] ? columns[0] : undefined
}

/** The columns of a statement, as Rust is told of them. */
export function columnsOf(sql: string, parts: readonly Part[]): QueryColumn[] {
  return parts.flatMap(({ fields, absentBy }) => {
    const [first] = fields
    if (absentBy !== undefined && absentBy !== first) {
      const [name, by] = [first, absentBy].map((field) => field?.path.join('.'))
      refuse(
        sql,
        `'${by}' says whether '${by?.split('.')[0]}' is null, and is selected after '${name}'`,
        `select '${by}' first`,
      )
    }
    return fields.map((field) => columnOf(sql, field, field === absentBy))
  })
}

function columnOf(sql: string, { path, field }: Field, nullable: boolean): QueryColumn {
  const name = path.join('.')
  if (path.length > 2) refuse(sql, `'${name}' lies ${path.length - 1} objects deep, which Rust does not build`)
  const form = formOf(decoderOf(field))
  if (typeof form === 'object' && 'unknown' in form) refuse(sql, `'${name}' ${form.unknown}`)
  // NULL of SQL and null of JSON are one for Drizzle, and two in the database.
  if (nullable && form === 'json')
    refuse(sql, `'${name}' says whether '${path[0]}' is null, and is JSON`, 'select another column first')
  return { path: [...path], form, nullable }
}
