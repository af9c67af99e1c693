import type { QueryInput, QuerySource } from '../query.ts'
import { Refusal } from '../refusal.ts'
import { claimAt } from '../runner.ts'

/** Values for `ctx.run` and `ctx.answer`; what is not among them is the request's. */
export interface QueryValues {
  /** For `param.path`. @default ctx.params */
  params?: Readonly<Record<string, unknown>>
  /** For `param.query`. @default ctx.query */
  query?: Readonly<Record<string, unknown>>
  /** For `param.body`. @default ctx.body */
  body?: Readonly<Record<string, unknown>>
  /** For `claim`. @default ctx.auth */
  claims?: Readonly<Record<string, unknown>>
}

/** What of a request queries read. */
export interface Asked {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly auth: unknown
}

/** A value for each input of a query, null for one that may be missing and is. */
export function valuesOf(source: QuerySource, ctx: Asked, given: QueryValues): unknown[] {
  return source.inputs.map((input) => {
    const value = read(input, ctx, given)
    if (value !== undefined && (value !== null || input.from !== 'claim')) return value
    // Without it a statement about one's own would be about nobody's.
    if (input.from === 'claim') throw new Refusal(403, 'Not allowed')
    if (input.isOptional) return null
    const part = input.from === 'path' ? 'params' : input.from
    throw new TypeError(
      `A query has no value for param.${input.from}('${input.name}'): pass { ${part}: { ${input.name}: … } }, or declare it with { optional: true }`,
    )
  })
}

function read({ from, name }: QueryInput, ctx: Asked, given: QueryValues): unknown {
  switch (from) {
    case 'path':
      return own(name, given.params, ctx.params)
    case 'query':
      return own(name, given.query, ctx.query)
    case 'body':
      return own(name, given.body, ctx.body)
    case 'claim': {
      const claim = claimAt(given.claims, name)
      return claim === undefined ? claimAt(ctx.auth, name) : claim
    }
  }
}

/** The property of the first part that has it. */
function own(name: string, ...parts: unknown[]): unknown {
  const part = parts.find((part) => typeof part === 'object' && part !== null && Object.hasOwn(part, name))
  return (part as Record<string, unknown> | undefined)?.[name]
}
