import { builtinArrays } from './builtin-arrays.ts'
import { FIRST_OWN } from './oids.ts'

/** What an array type is made of. */
export interface ArrayType {
  /** OID of its elements. */
  element: number
  /** What stands between them. */
  delimiter: string
}

/** Asks the database, and gives the rows as lists of cells. */
export type Ask = (sql: string) => Promise<unknown[][]>

const OWN_ARRAYS = `select typarray, oid, typdelim from pg_catalog.pg_type where typarray >= ${FIRST_OWN}`

/**
 * Which types are arrays, and of what. Those of PostgreSQL itself have the same OIDs everywhere and are known beforehand. A database's own are asked
 * for when the first value comes that may be one, so that a program without them, which is nearly every one, pays nothing at its start; and asked
 * for again when a type comes that was made since.
 */
export class Catalog {
  readonly arrays = new Map<number, ArrayType>(builtinArrays)
  /** Types of the database that are no arrays, although their values may look like it. */
  readonly #others = new Set<number>()

  /** Whether it can be said what a column's type is, whose first values are these. */
  knows(type: number): boolean {
    return type < FIRST_OWN || this.arrays.has(type) || this.#others.has(type)
  }

  /** Learns what some types are. `ask` uses the connection that told of them: in a transaction no other may see them. */
  async learn(types: readonly number[], ask: Ask): Promise<void> {
    for (const [array, element, delimiter] of await ask(OWN_ARRAYS)) {
      this.arrays.set(array as number, { element: element as number, delimiter: delimiter as string })
    }
    for (const type of types) if (!this.arrays.has(type)) this.#others.add(type)
  }
}
