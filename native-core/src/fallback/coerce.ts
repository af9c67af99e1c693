import type { JsonSchema } from '../plan.ts'

type Scalar = string | number | boolean

/**
 * Turns the text values of a part into what its schema declares, by the same table as the engine; what does not fit stays text, so that
 * validation reports its type.
 */
export function coercePart(
  schema: JsonSchema,
  values: ReadonlyMap<string, readonly string[]>,
): Record<string, unknown> {
  const coerced: Record<string, unknown> = {}
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>
  for (const [name, texts] of values) {
    const property = Object.hasOwn(properties, name) ? resolve(properties[name] as JsonSchema, schema) : undefined
    const value = property === undefined ? texts[0] : coerceValue(property, texts, schema)
    Object.defineProperty(coerced, name, { value, enumerable: true, writable: true, configurable: true })
  }
  return coerced
}

function coerceValue(property: JsonSchema, texts: readonly string[], root: JsonSchema): unknown {
  const types = typesOf(property, root)
  if (types.has('array')) {
    const items = resolve((property.items ?? {}) as JsonSchema, root)
    return texts.map((text) => coerceText(text, typesOf(items, root)))
  }
  return coerceText(texts[0] as string, types)
}

function coerceText(text: string, types: ReadonlySet<string>): Scalar {
  if ((types.has('integer') || types.has('number')) && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) {
    const number = Number(text)
    if (Number.isFinite(number) && (types.has('number') || Number.isInteger(number))) return number
  }
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/** Every type that a schema's own `type`, `enum`, `const` or alternatives allow. */
function typesOf(schema: JsonSchema, root: JsonSchema): Set<string> {
  const found = new Set<string>([schema.type ?? []].flat() as string[])
  const values = [...((schema.enum as unknown[] | undefined) ?? []), ...('const' in schema ? [schema.const] : [])]
  for (const value of values) found.add(typeof value)
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    for (const option of (schema[key] as JsonSchema[] | undefined) ?? []) {
      for (const type of typesOf(resolve(option, root), root)) found.add(type)
    }
  }
  return found
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const reference = schema.$ref
  if (typeof reference !== 'string' || !reference.startsWith('#/$defs/')) return schema
  const definition = (root.$defs as Record<string, JsonSchema> | undefined)?.[reference.slice('#/$defs/'.length)]
  return definition === undefined ? schema : resolve(definition, root)
}
