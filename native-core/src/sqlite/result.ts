import type { SqliteResult } from '../binding.d.ts'

/** A value of a row. Blobs are ArrayBuffers. */
export type Value = null | string | number | bigint | ArrayBuffer

/** A row: its values by index, and the first of each name by name, which alone is enumerable. */
export interface Row {
  length: number
  [index: number]: Value
  [name: string]: Value
}

/** What a statement gave, as `@libsql/client` has it. */
export interface ResultSet {
  columns: string[]
  /** Declared types; '' where there is none. */
  columnTypes: string[]
  rows: Row[]
  /** Rows that were changed; 0 of a statement with columns, such as one with RETURNING. */
  rowsAffected: number
  /** Undefined of a statement with columns. */
  lastInsertRowid: bigint | undefined
  toJSON(): object
}

/** Makes a result of what Rust gives. @throws RangeError on an integer that a number does not keep */
export function resultOf(text: string): ResultSet {
  const { columns, rows, changes, lastId } = JSON.parse(text) as SqliteResult
  const names = columns.map(([name]) => name)
  const make = rowMaker(names)
  return new Result(
    names,
    columns.map(([, type]) => type),
    rows.map((cells) => make(cells.map(cellOf))),
    changes,
    lastId === null ? undefined : BigInt(lastId),
  )
}

class Result implements ResultSet {
  columns: string[]
  columnTypes: string[]
  rows: Row[]
  rowsAffected: number
  lastInsertRowid: bigint | undefined

  constructor(columns: string[], types: string[], rows: Row[], changes: number, lastId: bigint | undefined) {
    this.columns = columns
    this.columnTypes = types
    this.rows = rows
    this.rowsAffected = changes
    this.lastInsertRowid = lastId
  }

  toJSON(): object {
    return {
      columns: this.columns,
      columnTypes: this.columnTypes,
      rows: this.rows.map((row) => Array.from(row as ArrayLike<Value>, jsonOf)),
      rowsAffected: this.rowsAffected,
      lastInsertRowid: this.lastInsertRowid === undefined ? null : String(this.lastInsertRowid),
    }
  }
}

function jsonOf(value: Value): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof ArrayBuffer ? Buffer.from(value).toString('base64') : value
}

function cellOf(cell: SqliteResult['rows'][number][number]): Value {
  if (typeof cell !== 'object' || cell === null) return cell
  if ('b' in cell) {
    const bytes = Buffer.from(cell.b, 'base64')
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  }
  if ('r' in cell) return Number(cell.r)
  throw new RangeError(
    `SQLite gave the integer ${cell.i}, which a number of JavaScript does not keep: select it as text, with cast(… as text)`,
  )
}

/** Where the values of a row are. Its indexes are getters of a class that all rows of as many columns have: to define them for each row costs more than the rest. */
type RowClass = new (cells: readonly Value[]) => Row

const classes = new Map<number, RowClass>()

function classOf(length: number): RowClass {
  const known = classes.get(length)
  if (known !== undefined) return known
  class Cells {
    readonly #cells: readonly Value[]
    constructor(cells: readonly Value[]) {
      this.#cells = cells
    }
    /** Of the prototype itself, which whoever compares rows may ask, undefined. */
    static at(row: Cells, index: number): Value | undefined {
      return #cells in row ? row.#cells[index] : undefined
    }
  }
  Object.defineProperty(Cells.prototype, 'length', { value: length })
  // Rows look like plain objects.
  Object.defineProperty(Cells.prototype, 'constructor', { value: Object })
  for (let index = 0; index < length; index += 1) {
    Object.defineProperty(Cells.prototype, index, {
      get(this: Cells) {
        return Cells.at(this, index)
      },
    })
  }
  classes.set(length, Cells as unknown as RowClass)
  return Cells as unknown as RowClass
}

function rowMaker(names: readonly string[]): (cells: readonly Value[]) => Row {
  const RowOf = classOf(names.length)
  // A name of an index, or of the length, is that.
  const named = names.flatMap((name, at) =>
    names.indexOf(name) === at && !(name in RowOf.prototype && !(name in Object.prototype)) ? [{ name, at }] : [],
  )
  const isPlain = named.every(({ name }) => !(name in Object.prototype))
  return (cells) => {
    const row = new RowOf(cells)
    for (const { name, at } of named) {
      const value = cells[at] as Value
      if (isPlain) row[name] = value
      else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
    }
    return row
  }
}
