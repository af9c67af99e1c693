import type { CompiledParts } from '../compile/parts.ts'
import type { Declared } from '../declared.ts'
import type { JsonSchema } from '../plan.ts'
import { PROBLEM_TYPE, titleOf } from '../problem.ts'
import type { QuerySource } from '../query.ts'
import { documentResponse } from '../schema/convert.ts'
import { isSchema, type Schema } from '../schema/standard.ts'
import type { Components } from './components.ts'

type DeclaredHandler = Extract<Declared, { kind: 'handler' }>
type Responses = Record<string, Record<string, unknown>>

/** Documents what a route answers: its own schemas, then the errors that the core answers on its behalf. */
export function responsesOf(
  route: DeclaredHandler,
  parts: CompiledParts,
  components: Components,
  facts: { operationId: string; isSecured: boolean; isGuarded: boolean },
): Responses {
  const own = ownResponses(route, components, facts.operationId)
  if (route.options.etag === true) own['304'] ??= { description: titleOf(304) }
  const errors: number[] = []
  const hasParts = Object.keys(parts).length > 0
  if (parts.body !== undefined || parts.form !== undefined) errors.push(400, 413, 415)
  if (facts.isSecured) errors.push(401)
  if (facts.isGuarded) errors.push(403)
  if (hasParts) errors.push(422)
  if (route.query !== undefined) errors.push(...queryErrors(route.query))
  const problems: Responses = {}
  for (const status of [...new Set(errors)].filter((status) => !(status in own)))
    problems[String(status)] = problem(titleOf(status))
  return { ...own, ...problems, default: problem('Any other error') }
}

function ownResponses(route: DeclaredHandler, components: Components, operationId: string): Responses {
  const { response, status = 200 } = route.options
  const where = `${route.method} ${route.path}: response`
  if (response === undefined) return { [String(status)]: { description: titleOf(status), ...contentOf(route, status) } }
  const byStatus: Array<[string, Schema | null]> = isSchema(response)
    ? [[String(status), response]]
    : Object.entries(response)
  return Object.fromEntries(
    byStatus.map(([code, schema]) => {
      const description = titleOf(Number(code))
      if (schema === null) return [code, { description }]
      const json = components.localise(
        components.once(schema, () => documentResponse(schema, where)),
        `${operationId}Response${code}`,
      )
      const type = json.type === 'string' ? 'text/plain' : 'application/json'
      return [code, { description, content: { [type]: { schema: json } } }]
    }),
  )
}

/** What the query of a route answers with. */
function contentOf({ query }: DeclaredHandler, status: number): { content?: Record<string, unknown> } {
  if (query === undefined || status === 204 || status === 304) return {}
  return { content: { 'application/json': { schema: schemaOf(query) } } }
}

function schemaOf({ shape, row, page }: QuerySource): JsonSchema {
  if (shape === 'one') return row
  const items = { type: 'array', items: row }
  if (page === null) return items
  const columns = row.properties as Record<string, JsonSchema> | undefined
  return { type: 'object', properties: { items, nextCursor: columns?.[page.cursor] ?? {} }, required: ['items'] }
}

/** What the statement of a route may be answered with when it gives nothing, or fails. */
function queryErrors({ shape, inputs, isReadOnly }: QuerySource): number[] {
  return [
    ...(inputs.some(({ from }) => from === 'claim') ? [403] : []),
    ...(shape === 'one' ? [404] : []),
    ...(isReadOnly ? [] : [409]),
    ...(inputs.length > 0 ? [422] : []),
    503,
  ]
}

function problem(description: string): Record<string, unknown> {
  return { description, content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } }
}
