import { BoltError } from '../errors.ts'
import type { JsonSchema } from '../plan.ts'
import { type Normalise, normaliserOf } from './normalise.ts'
import type { ConvertOptions, JsonSchemaConverter, Schema } from './standard.ts'
import { isZod, relaxForEngine } from './zod.ts'

export type Part = 'params' | 'query' | 'headers' | 'cookies' | 'body' | 'form'

/** A schema of one part of a request, split into what the engine checks and what is left for JavaScript. */
export interface CompiledSchema {
  schema: Schema
  /** What the engine checks. */
  engine: JsonSchema
  /** False when a request may leave the part out. */
  required: boolean
  /** What the OpenAPI document says; made when it is asked for. */
  documented: () => JsonSchema
  /**
   * What is left to do in JavaScript after the engine: nothing, a cheap pass (drop unknown keys, fill in defaults), or the schema
   * library itself, because JSON Schema cannot say all of it.
   */
  rest: null | { kind: 'normalise'; run: Normalise } | { kind: 'library' }
}

/** Converts the schema of a request part. `where` names the route and field in messages. */
export function compileSchema(schema: Schema, part: Part, where: string): CompiledSchema {
  const isText = part !== 'body'
  const required = isText || !acceptsNothing(schema)
  if (!isZod(schema)) {
    const engine = convert(schema, 'input', where, {})
    return { schema, required, engine, documented: () => engine, rest: { kind: 'library' } }
  }
  let isExact = true
  const engine = convert(schema, 'input', where, {
    override: (node: Parameters<typeof relaxForEngine>[0]) => {
      if (!relaxForEngine(node, isText)) isExact = false
    },
  })
  // What the engine checks exactly is also what the document says.
  const documented = isExact ? () => engine : () => convert(schema, 'input', where, {})
  const normalise = isExact ? normaliserOf(schema, isText) : 'library'
  const rest =
    normalise === 'library'
      ? { kind: normalise }
      : normalise === null
        ? null
        : { kind: 'normalise' as const, run: normalise }
  return { schema, required, engine, documented, rest }
}

/** JSON Schema of what a response carries, for the OpenAPI document. */
export function documentResponse(schema: Schema, where: string): JsonSchema {
  return convert(schema, 'output', where, {})
}

/** True when a request may leave the part out. */
function acceptsNothing(schema: Schema): boolean {
  try {
    const result = schema['~standard'].validate(undefined)
    return !(result instanceof Promise) && result.issues === undefined
  } catch {
    return false
  }
}

interface ZodNode {
  zodSchema: { _zod: { def: { type: string } } }
  jsonSchema: JsonSchema
}

function convert(
  schema: Schema,
  io: 'input' | 'output',
  where: string,
  options: { override?: (node: never) => void },
): JsonSchema {
  const converter = (schema['~standard'] as { jsonSchema?: JsonSchemaConverter }).jsonSchema
  if (converter === undefined) {
    throw new BoltError(
      'unsupported-schema',
      `${where}: a schema of '${schema['~standard'].vendor}' that has no JSON Schema form`,
      'use a library with ~standard.jsonSchema: Zod from 4.2, ArkType from 2.1.28, Valibot through @valibot/to-json-schema',
    )
  }
  const settings: ConvertOptions = isZod(schema)
    ? {
        target: 'draft-2020-12',
        libraryOptions: { unrepresentable: 'any', override: (node: ZodNode) => documentDate(node, options.override) },
      }
    : { target: 'draft-2020-12' }
  try {
    const { $schema: _dialect, ...json } = converter[io](settings)
    return json
  } catch (error) {
    throw new BoltError(
      'unsupported-schema',
      `${where}: the schema has no JSON Schema form (${error instanceof Error ? error.message : String(error)})`,
      'describe the value with types that JSON has',
      error,
    )
  }
}

/** A Date leaves as an ISO string and comes in as one. */
function documentDate(node: ZodNode, then: ((node: never) => void) | undefined): void {
  if (node.zodSchema._zod.def.type === 'date') Object.assign(node.jsonSchema, { type: 'string', format: 'date-time' })
  then?.(node as never)
}
