import type { DeclaredHandler, DeclaredSocket } from '../declared.ts'
import { BoltError } from '../errors.ts'
import type { JsonSchema } from '../plan.ts'
import { type CompiledSchema, compileSchema, type Part } from '../schema/convert.ts'
import type { Schema } from '../schema/standard.ts'

/** Schemas of a route's request parts, converted once. */
export type CompiledParts = Partial<Record<Part | 'message', CompiledSchema>>

/** Schemas that several routes share are converted once. */
export class KnownSchemas {
  readonly #texts = new Map<Schema, CompiledSchema>()
  readonly #bodies = new Map<Schema, CompiledSchema>()

  get(part: Part, schema: Schema, compile: () => CompiledSchema): CompiledSchema {
    const known = part === 'body' ? this.#bodies : this.#texts
    const compiled = known.get(schema) ?? compile()
    known.set(schema, compiled)
    return compiled
  }
}

/** Converts the schemas of a route; done when it is declared, so that a bad schema fails there. */
export function compileParts(route: DeclaredHandler, known: KnownSchemas): CompiledParts {
  const parts: CompiledParts = {}
  for (const part of ['params', 'query', 'headers', 'cookies', 'body', 'form'] as const) {
    const schema = route.options[part]
    if (schema === undefined) continue
    const where = `${route.method} ${route.path}: ${part}`
    const compiled = known.get(part, schema, () => compileSchema(schema, part, where))
    if (part !== 'body') assertObject(compiled.engine, where)
    if (part === 'params') assertParams(compiled.engine, route, where)
    parts[part] = compiled
  }
  return parts
}

/** Converts the schemas of a WebSocket's request, and that of its messages, which are checked like bodies. */
export function compileSocketParts(route: DeclaredSocket, known: KnownSchemas): CompiledParts {
  const parts = compileParts(route.request, known)
  const { message } = route.options
  if (message === undefined) return parts
  const compile = (): CompiledSchema => compileSchema(message, 'body', `ws ${route.path}: message`)
  return { ...parts, message: known.get('body', message, compile) }
}

/** Names of the declared properties of an object schema. */
export function namesOf(schema: JsonSchema): string[] {
  return Object.keys((schema.properties ?? {}) as object)
}

function assertObject(schema: JsonSchema, where: string): void {
  if (schema.type !== 'object') {
    throw new BoltError(
      'unsupported-schema',
      `${where}: the schema is not an object`,
      'declare each name as a property: z.object({ … })',
    )
  }
  if (namesOf(schema).includes('__proto__')) {
    throw new BoltError('unsupported-schema', `${where}: a property named __proto__`, 'give it another name')
  }
}

function assertParams(schema: JsonSchema, route: DeclaredHandler, where: string): void {
  const declared = namesOf(schema)
  const unknown = declared.find((name) => !route.names.includes(name))
  const missing = route.names.find((name) => !declared.includes(name))
  if (unknown !== undefined || missing !== undefined) {
    throw new BoltError(
      'unsupported-schema',
      unknown !== undefined
        ? `${where}: the path has no parameter ':${unknown}'`
        : `${where}: parameter ':${missing}' of the path is not in the schema`,
      `the path has ${route.names.length === 0 ? 'no parameters' : route.names.join(', ')}; declare exactly these`,
    )
  }
}
