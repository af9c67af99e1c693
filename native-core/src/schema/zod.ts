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

/** Types that the engine makes of texts by itself. */
const coercible = new Set(['string', 'number', 'boolean'])

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
  if (def.coerce === true && !(isText && coercible.has(def.type))) {
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
  if (def.type === 'object' && dropLooselyRequired(def, json, isText)) isExact = false
  for (const check of checksOf(def)) {
    if (!exactChecks.has(check.check)) isExact = false
    if (check.check === 'overwrite') keepOnlyType(json)
    if (check.check === 'string_format' && !keepFormat(check, json)) isExact = false
  }
  // Several patterns stand under allOf and decide alone; the format is then only a name.
  if (json.pattern === undefined) delete json.format
  return isExact
}

/** Leaves a key required only where its type surely refuses `undefined`: a catch or a coercion may make a value of it. True when one was dropped. */
function dropLooselyRequired(def: ZodDef, json: JsonSchema, isText: boolean): boolean {
  const before = (json.required ?? []) as string[]
  const required = before.filter((key) => refusesMissing(def.shape?.[key], isText))
  if (required.length > 0) json.required = required
  else delete json.required
  return required.length < before.length
}

function refusesMissing(schema: ZodSchema | undefined, isText: boolean): boolean {
  if (schema === undefined) return false
  const { def } = schema._zod
  // Texts are coerced by the engine, and it makes nothing of a text that is not there.
  if (def.coerce === true) return isText && coercible.has(def.type)
  if (def.type === 'readonly' || def.type === 'nullable') return refusesMissing(def.innerType, isText)
  if (def.type === 'union') return (def.options ?? []).every((option) => refusesMissing(option, isText))
  if (def.type === 'literal') return !(def.values ?? []).includes(undefined)
  if (def.type === 'pipe') return refusesMissing(def.in, isText)
  if (def.type === 'lazy') return refusesMissing(def.getter?.(), isText)
  return [
    'string',
    'number',
    'boolean',
    'object',
    'array',
    'tuple',
    'record',
    'enum',
    'null',
    'unknown',
    'any',
    'nonoptional',
  ].includes(def.type)
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
