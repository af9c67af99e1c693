import { type Placeholder, type SQL, sql } from 'drizzle-orm'
import { checkShape, shape, show } from '../check.ts'
import { BoltError } from '../errors.ts'
import type { QueryInput } from '../query.ts'

/** A value of the request, wherever Drizzle takes one. It is bound as a parameter, never written into the statement. */
export type QueryParam = Placeholder<string> & SQL

/** What is done about a missing value. */
export interface ParamOptions {
  /**
   * Binds NULL when the request does not have it. Without it, a value that the route's schema lets a request leave out is refused when the
   * route is declared.
   * @default false
   */
  optional?: boolean
}

/** What all placeholders for values of requests begin with. */
const MARK = 'bolt:'

/** Values of the request; each is checked by the route's schema before the statement is run. */
export const param = {
  /**
   * A parameter of the route's path.
   * @example query.one(db.select().from(notes).where(eq(notes.id, param.path('id'))))
   */
  path: (name: string): QueryParam => placeholder('path', name, {}),
  /**
   * A parameter of the query that the route's schema declares, one value of it.
   * @example query(db.select().from(notes).limit(param.query('limit')))
   */
  query: (name: string, options: ParamOptions = {}): QueryParam => placeholder('query', name, options),
  /**
   * A property of the body that the route's schema declares.
   * @example query.one(db.insert(notes).values({ title: param.body('title') }).returning())
   */
  body: (name: string, options: ParamOptions = {}): QueryParam => placeholder('body', name, options),
} as const

/**
 * A verified claim of who asks, by name or dotted path. A request without it, or with null, is answered 403.
 * @example query(db.select().from(notes).where(eq(notes.userId, claim('user.id'))))
 */
export function claim(path: string): QueryParam {
  return placeholder('claim', path, {})
}

function placeholder(from: QueryInput['from'], name: string, options: ParamOptions): QueryParam {
  const where = from === 'claim' ? 'claim()' : `param.${from}()`
  if (typeof name !== 'string' || name === '') {
    throw new BoltError('invalid-option', `${where}: the name is ${show(name)}`, 'give the name as a non-empty string')
  }
  checkShape(where, options, { optional: shape.flag() })
  // Drizzle's types take an SQL in places where it takes a placeholder as well, as in `set()`.
  return sql.placeholder(`${MARK}${from}${options.optional === true ? '?' : ''}:${name}`) as QueryParam
}

/** What a placeholder stands for; undefined for one of the user's own. */
export function inputOf(placeholder: Placeholder, isJson: boolean): QueryInput | undefined {
  const match = /^bolt:(path|query|body|claim)(\??):(.+)$/s.exec(placeholder.name)
  if (match === null) return undefined
  const [, from, optional, name] = match
  return { from: from as QueryInput['from'], name: name as string, isOptional: optional === '?', isJson }
}
