import type { JsonSchema } from '../plan.ts'
import { isEnginePattern } from './engine-pattern.ts'
import type { Schema } from './standard.ts'

/** The part of Zod 4's definitions that is looked at. */
export interface ZodDef {
  type: string
  coerce?: boolean
  checks?: Array<{ _zod: { def: ZodCheckDef } }>
  check?: string
  format?: string
  pattern?: RegExp
  shape?: Record<string, ZodSchema>
  catchall?: ZodSchema
  element?: ZodSchema
  innerType?: ZodSchema
  options?: ZodSchema[]
  items?: ZodSchema[]
  rest?: ZodSchema | null
  keyType?: ZodSchema
  valueType?: ZodSchema
  getter?: () => ZodSchema
  in?: ZodSchema
  defaultValue?: unknown
  values?: unknown[]
}

interface ZodCheckDef {
  check: string
  format?: string
  pattern?: RegExp
}

export interface ZodSchema {
  _zod: { def: ZodDef; traits?: Set<string> }
}

export function isZod(schema: unknown): schema is Schema & ZodSchema {
  return (schema as Schema)['~standard'].vendor === 'zod' && '_zod' in (schema as object)
}

/** Types that JSON Schema says completely, given that their checks do. */
const exactTypes = new Set([
  'object',
  'string',
  'number',
  'boolean',
  'null',
  'array',
  'tuple',
  'union',
  'enum',
  'literal',
  'optional',
  'nullable',
  'nonoptional',
  'readonly',
  'unknown',
  'any',
  'record',
  'lazy',
  'default',
])

const exactChecks = new Set([
  'greater_than',
  'less_than',
  'multiple_of',
  'number_format',
  'min_length',
  'max_length',
  'length_equals',
  'string_format',
])

/**
 * Makes one node of the engine's JSON Schema no stricter than Zod is, and tells whether it is exactly as strict. What it returns false
 * for is checked again by Zod in JavaScript.
 */
export function relaxForEngine(node: { zodSchema: ZodSchema; jsonSchema: JsonSchema }, isText: boolean): boolean {
  const { def } = node.zodSchema._zod
  const json = node.jsonSchema
  if (def.coerce === true && !(isText && ['string', 'number', 'boolean'].includes(def.type))) {
    clear(json)
    if (isText) json.type = 'string'
    return false
  }
  if (def.type === 'date') {
    clear(json)
    return false
  }
  let isExact = exactTypes.has(def.type)
  if (!isExact && !isNecessary(def)) clear(json)
  for (const check of checksOf(def)) {
    if (!exactChecks.has(check.check)) isExact = false
    if (check.check === 'overwrite') keepOnlyType(json)
    if (check.check === 'string_format' && !keepFormat(check, json)) isExact = false
  }
  return isExact
}

/** Inexact types whose JSON Schema still holds for everything they accept: what goes into a pipe, both sides of an intersection. */
function isNecessary(def: ZodDef): boolean {
  if (def.type === 'pipe') return def.in?._zod.def.type !== 'transform'
  return ['prefault', 'intersection', 'template_literal'].includes(def.type)
}

function checksOf(def: ZodDef): ZodCheckDef[] {
  const own = def.check === undefined ? [] : [def as ZodCheckDef]
  return [...own, ...(def.checks ?? []).map((check) => check._zod.def)]
}

/** False when the engine cannot check the format as Zod does; then it is taken out of the engine's schema. */
function keepFormat(check: ZodCheckDef, json: JsonSchema): boolean {
  if (check.pattern === undefined) {
    delete json.format
    return false
  }
  const flags = check.pattern.flags.replace(/[gyu]/g, '')
  if (flags === '' && isEnginePattern(check.pattern.source)) return true
  dropPattern(json, check.pattern.source)
  return false
}

function dropPattern(json: JsonSchema, source: string): void {
  if (json.pattern === source) {
    delete json.pattern
    delete json.format
  }
  if (Array.isArray(json.allOf)) {
    json.allOf = (json.allOf as JsonSchema[]).filter((item) => item.pattern !== source)
    if ((json.allOf as JsonSchema[]).length === 0) delete json.allOf
  }
}

/** The value is changed (trimmed, rounded) before later rules see it, so the engine must not apply them to what was sent. */
function keepOnlyType(json: JsonSchema): void {
  for (const key of Object.keys(json)) if (key !== 'type') delete json[key]
}

function clear(json: JsonSchema): void {
  for (const key of Object.keys(json)) delete json[key]
}
