import type { StatementResult } from '../binding.d.ts'
import type { ArrayType } from './catalog.ts'
import { type Cell, type Decode, decoderOf, type Parsers } from './parse.ts'

/** What one statement gave; a text without a statement has no command. */
export type Answer = Omit<StatementResult, 'command'> & { command: string | null }

/** A column of a result. */
export interface Column {
  name: string
  /** OID of its type. */
  type: number
}

/** A row with a property for each column. Of two columns of one name the last one counts. */
export type Row = Record<string, unknown>

/** The rows that a statement gave, and what it did. */
export class Rows<R> extends Array<R> {
  readonly #answer: Pick<Answer, 'columns' | 'command' | 'count'>

  constructor(answer: Pick<Answer, 'columns' | 'command' | 'count'>) {
    super()
    this.#answer = answer
  }

  /** `map` and `filter` give plain arrays: what they make is no result. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  /** Rows that were read or changed; null where that means nothing, as of "CREATE TABLE". */
  get count(): number | null {
    return this.#answer.count
  }

  /** "SELECT", "INSERT", "CREATE TABLE"; null of an empty statement. */
  get command(): string | null {
    return this.#answer.command
  }

  get columns(): Column[] {
    return this.#answer.columns.map(([name, type]) => ({ name, type }))
  }
}

/** What becomes of a row. */
export type RowShape = 'objects' | 'values'

/** Makes the result of a statement. */
export function rowsOf(
  answer: Answer,
  shape: RowShape,
  parsers: Parsers,
  arrays: ReadonlyMap<number, ArrayType>,
): Rows<Row | unknown[]> {
  const { columns, rows, command, count } = answer
  decodeCells(
    rows,
    columns.map(([, type]) => decoderOf(type, parsers, arrays)),
  )
  const result = new Rows<Row | unknown[]>({ columns, command, count })
  if (shape === 'values') for (const row of rows) result.push(row)
  else {
    const names = columns.map(([name]) => name)
    const toObject = names.includes('__proto__') ? definedObject : assignedObject
    for (const row of rows) result.push(toObject(names, row))
  }
  return result
}

/** Columns are decoded in place: most need nothing, and their cells are not looked at. */
function decodeCells(rows: Cell[][], decoders: Array<Decode | undefined>): void {
  for (const [at, decode] of decoders.entries()) {
    if (decode === undefined) continue
    for (const row of rows) {
      const cell = row[at]
      if (cell !== null) row[at] = decode(cell)
    }
  }
}

function assignedObject(names: readonly string[], row: Cell[]): Row {
  const object: Row = {}
  for (let at = 0; at < names.length; at += 1) object[names[at] as string] = row[at]
  return object
}

/** Slower; a column named `__proto__` becomes a property like every other, instead of what the row inherits from. */
function definedObject(names: readonly string[], row: Cell[]): Row {
  const object: Row = {}
  for (const [at, name] of names.entries()) {
    Object.defineProperty(object, name, { value: row[at], configurable: true, enumerable: true, writable: true })
  }
  return object
}

/** Types of columns whose values look like arrays, and of which `knows` says that they may be. */
export function unknownTypes(answers: readonly Answer[], knows: (type: number) => boolean): number[] {
  return answers.flatMap(({ columns, rows }) =>
    columns.flatMap(([, type], at) => (!knows(type) && rows.some((row) => isArrayLike(row[at])) ? [type] : [])),
  )
}

function isArrayLike(cell: Cell): boolean {
  return typeof cell === 'string' && (cell.startsWith('{') || cell.startsWith('['))
}
