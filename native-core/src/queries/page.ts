import type { QueryPage } from '../query.ts'

/** The values of a query whose rows are a page: one row more is asked for, which tells whether there are more. */
export function valuesOfPage(page: QueryPage, values: readonly unknown[]): unknown[] {
  const raised = [...values]
  raised[page.limit] = sizeOf(page, values) + 1
  return raised
}

/** A page of the rows that its values gave. */
export function pageOf(page: QueryPage, values: readonly unknown[], rows: readonly unknown[]): object {
  const size = sizeOf(page, values)
  const items = rows.slice(0, size)
  const last = items.at(-1) as Record<string, unknown> | undefined
  const next = rows.length > size ? last?.[page.cursor] : undefined
  return next === undefined ? { items } : { items, nextCursor: next }
}

/** How many rows a page may have at most. @throws RangeError with the SQLSTATE of a limit that is none */
function sizeOf(page: QueryPage, values: readonly unknown[]): number {
  const size = Number(values[page.limit] ?? Number.NaN)
  if (Number.isSafeInteger(size) && size >= 0 && size < 2 ** 32) return size
  throw Object.assign(new RangeError('The limit of a page is no whole number of at least 0.'), { code: '2201W' })
}
