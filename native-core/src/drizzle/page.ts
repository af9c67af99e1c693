import type { QueryPage } from '../query.ts'
import type { Part } from './layout.ts'
import type { Place } from './parameters.ts'
import { refuse } from './refuse.ts'

/** A query as far as it was taken apart. */
interface Parted {
  readonly sql: string
  readonly params: readonly unknown[]
  readonly parts: readonly Part[]
  readonly places: readonly Place[]
  /** Name of the column whose last value is the cursor. */
  readonly cursor: string
}

/** How the rows of a query are a page. Throws when it has no limit from the request, or does not select its cursor. */
export function pageOf(builder: object, { sql, params, parts, places, cursor }: Parted): QueryPage {
  const wanted = (builder as { config?: { limit?: unknown } }).config?.limit
  const at = wanted === undefined ? -1 : params.indexOf(wanted)
  const limit = places.findIndex((place) => place.at === at)
  if (limit === -1) {
    refuse(sql, 'a page has no limit that comes from the request', "add .limit(param.query('limit'))")
  }
  if (!parts.some(({ name, isObject }) => name === cursor && !isObject)) {
    const names = parts.flatMap(({ name, isObject }) => (isObject ? [] : [`'${name}'`]))
    refuse(sql, `the cursor '${cursor}' is no column of a row`, `select it, or take one of ${names.join(', ')}`)
  }
  return { limit, cursor }
}
