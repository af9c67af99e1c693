import { normaliserOf } from './normalise.ts'
import type { ZodSchema } from './zod.ts'

/** What of a property of a valid value comes out of a schema: itself, perhaps something else (a default, less keys), or nothing. */
export type Kept = 'same' | 'changed' | 'dropped'

/** What a schema that needs nothing of its library but the cheap pass does to a property. */
export function keeps(schema: ZodSchema, name: string): Kept {
  const { def } = schema._zod
  if (['optional', 'nonoptional', 'nullable', 'readonly'].includes(def.type)) {
    return keeps(def.innerType as ZodSchema, name)
  }
  if (def.type !== 'object') return normaliserOf(schema, false) === null ? 'same' : 'changed'
  const field = def.shape !== undefined && Object.hasOwn(def.shape, name) ? def.shape[name] : undefined
  if (field !== undefined) return normaliserOf(field, false) === null ? 'same' : 'changed'
  return def.catchall === undefined || def.catchall._zod.def.type === 'never' ? 'dropped' : 'same'
}

/** What it does to a claim: the one of this name, else what leads to the one at this dotted path. */
export function keepsClaim(schema: ZodSchema, path: string): Kept {
  const kept = keeps(schema, path)
  const [first = path] = path.split('.')
  return kept === 'dropped' ? keeps(schema, first) : kept
}
