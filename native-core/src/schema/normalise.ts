import type { ZodDef, ZodSchema } from './zod.ts'

/** Changes a valid value as the schema library would: unknown keys dropped, defaults filled in. */
export type Normalise = (value: unknown) => unknown

/**
 * Compiles the cheap pass that makes the engine's verdict equal to Zod's output. Null: nothing to do. 'library': only Zod itself can
 * tell (an object inside a union, a default that depends on more than its own key).
 */
export function normaliserOf(schema: ZodSchema, isText: boolean): Normalise | null | 'library' {
  return visit(schema, isText, new Set())
}

function visit(schema: ZodSchema, isText: boolean, open: Set<ZodSchema>): Normalise | null | 'library' {
  const { def } = schema._zod
  if (open.has(schema)) return 'library'
  open.add(schema)
  try {
    return visitDef(def, isText, open)
  } finally {
    open.delete(schema)
  }
}

function visitDef(def: ZodDef, isText: boolean, open: Set<ZodSchema>): Normalise | null | 'library' {
  switch (def.type) {
    case 'object':
      return objectNormaliser(def, isText, open)
    case 'array':
      return eachItem(visit(def.element as ZodSchema, isText, open))
    case 'optional':
    case 'nonoptional':
    case 'readonly':
      return skipMissing(visit(def.innerType as ZodSchema, isText, open))
    case 'nullable':
      return skipMissing(visit(def.innerType as ZodSchema, isText, open))
    case 'default': {
      const inner = visit(def.innerType as ZodSchema, isText, open)
      if (inner === 'library') return inner
      return (value) => (value === undefined ? def.defaultValue : inner === null ? value : inner(value))
    }
    case 'lazy':
      return visit((def.getter as () => ZodSchema)(), isText, open)
    case 'union':
      return (def.options ?? []).every((option) => visit(option, isText, open) === null) ? null : 'library'
    case 'tuple':
      return [...(def.items ?? []), ...(def.rest ? [def.rest] : [])].every((item) => visit(item, isText, open) === null)
        ? null
        : 'library'
    case 'record':
      return visit(def.valueType as ZodSchema, isText, open) === null ? null : 'library'
    default:
      return null
  }
}

function objectNormaliser(def: ZodDef, isText: boolean, open: Set<ZodSchema>): Normalise | 'library' | null {
  const fields: Array<[string, Normalise | null]> = []
  for (const [key, field] of Object.entries(def.shape ?? {})) {
    const inner = visit(field, isText, open)
    if (inner === 'library') return inner
    fields.push([key, inner])
  }
  const catchall = def.catchall?._zod.def.type
  if (catchall !== undefined && !['never', 'unknown', 'any'].includes(catchall)) return 'library'
  const active = fields.filter((field): field is [string, Normalise] => field[1] !== null)
  // The engine hands over declared names only, so text parts never have unknown keys.
  const isStrip = catchall === undefined && !isText
  if (!isStrip && active.length === 0) return null
  const known = new Set(fields.map(([key]) => key))
  return (value) => {
    const object = isStrip ? strip(value as Record<string, unknown>, known) : (value as Record<string, unknown>)
    for (const [key, normalise] of active) {
      const before = Object.hasOwn(object, key) ? object[key] : undefined
      const after = normalise(before)
      if (after !== before) object[key] = after
    }
    return object
  }
}

/** Copies only when there is something to leave out. */
function strip(object: Record<string, unknown>, known: ReadonlySet<string>): Record<string, unknown> {
  const keys = Object.keys(object)
  if (keys.every((key) => known.has(key))) return object
  const kept: Record<string, unknown> = {}
  for (const key of keys) {
    if (known.has(key))
      Object.defineProperty(kept, key, { value: object[key], writable: true, enumerable: true, configurable: true })
  }
  return kept
}

function eachItem(inner: Normalise | null | 'library'): Normalise | null | 'library' {
  if (inner === null || inner === 'library') return inner
  return (value) => {
    const list = value as unknown[]
    for (let index = 0; index < list.length; index++) list[index] = inner(list[index])
    return list
  }
}

function skipMissing(inner: Normalise | null | 'library'): Normalise | null | 'library' {
  if (inner === null || inner === 'library') return inner
  return (value) => (value === undefined || value === null ? value : inner(value))
}
