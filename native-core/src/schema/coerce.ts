import type { JsonSchema } from '../plan.ts'
import type { Violation } from '../violation.ts'

type Scalar = string | number | boolean
type Place = Violation['in']

/** A part as its schema declares it; what cannot be told by validation stands among the faults. */
export interface Coerced {
  value: Record<string, unknown>
  faults: Violation[]
}

/**
 * Turns the text values of a part into what its schema declares, by the engine's table (bolt_core schema/text.rs). What does not fit
 * stays text, so that validation reports its type.
 */
export function coercePart(place: Place, schema: JsonSchema, values: ReadonlyMap<string, readonly string[]>): Coerced {
  const coerced: Coerced = { value: {}, faults: [] }
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>
  const put = (name: string, value: unknown): void => {
    Object.defineProperty(coerced.value, name, { value, enumerable: true, writable: true, configurable: true })
  }
  for (const [name, property] of Object.entries(properties)) {
    const given = values.get(name)
    if (given === undefined) {
      const fallback = resolve(property, schema).default ?? property.default
      if (fallback !== undefined) put(name, structuredClone(fallback))
      continue
    }
    const types = typesOf(resolve(property, schema), schema)
    const texts =
      place === 'headers' && types.has('array')
        ? given.flatMap((text) => text.split(',')).map((text) => text.trim())
        : given
    if (types.has('array') && (texts.length > 1 || types.size === 1)) {
      const item = typesOf(itemsOf(resolve(property, schema), schema), schema)
      put(
        name,
        texts.map((text) => coerceText(text, item)),
      )
    } else {
      put(name, coerceText(texts[0] as string, types))
      if (texts.length > 1)
        coerced.faults.push({ in: place, path: `/${name}`, code: 'type', message: 'must be given only once' })
    }
  }
  if (schema.additionalProperties === false)
    for (const name of values.keys()) if (!Object.hasOwn(properties, name)) put(name, '')
  return coerced
}

/** Whether the values of a property are a list. */
export function isList(property: JsonSchema, root: JsonSchema): boolean {
  return typesOf(resolve(property, root), root).has('array')
}

function coerceText(text: string, types: ReadonlySet<string>): Scalar {
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (
    types.has('number') &&
    /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) &&
    Number.isFinite(Number(text))
  )
    return Number(text)
  if (types.has('integer') && /^-?(?:0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)))
    return Number(text) + 0
  return text
}

function itemsOf(schema: JsonSchema, root: JsonSchema): JsonSchema {
  return typeof schema.items === 'object' && schema.items !== null ? resolve(schema.items as JsonSchema, root) : {}
}

/** Every type that a schema's own `type`, `enum`, `const` or alternatives allow. */
function typesOf(schema: JsonSchema, root: JsonSchema): Set<string> {
  const found = new Set<string>([schema.type ?? []].flat() as string[])
  if (found.size === 0) {
    const values = [...((schema.enum as unknown[] | undefined) ?? []), ...('const' in schema ? [schema.const] : [])]
    for (const value of values) found.add(typeof value)
  }
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
