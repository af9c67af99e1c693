import { createRequire } from 'node:module'
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonSchema } from '../plan.ts'
import { MAX_VIOLATIONS, shortPointer, stepOf, type Violation } from '../violation.ts'
import { Equality } from './equality.ts'

const require = createRequire(import.meta.url)

/** Size of a text beyond which only the first violation of what it says is looked for: Ajv knows all of them or one. Characters. */
const LARGE = 65_536

/** Checks a value; `size` is that of the text it was read from, characters. */
export type Validate = (value: unknown, part: Violation['in'], size: number) => Violation[]

/** Compiles the schemas of one application with Ajv, which is loaded only when there is one. */
export class Validators {
  /** Finds all violations. */
  #all: Ajv2020 | undefined
  /** Finds the first; made when a large text comes. */
  #first: Ajv2020 | undefined

  compile(schema: JsonSchema): Validate {
    const given = patternsDecide(schema)
    this.#all ??= loadAjv({ allErrors: true })
    const checkAll = this.#all.compile(given)
    let checkFirst: ValidateFunction | undefined
    const compileFirst = (): ValidateFunction => {
      this.#first ??= loadAjv({ allErrors: false })
      checkFirst ??= this.#first.compile(given)
      return checkFirst
    }
    return (value, part, size) => {
      const check = size > LARGE ? compileFirst() : checkAll
      return check(value) ? [] : toViolations(check.errors ?? [], part)
    }
  }
}

function loadAjv({ allErrors }: { allErrors: boolean }): Ajv2020 {
  const { Ajv2020: Ajv } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  const addFormats = (require('ajv-formats') as { default: (ajv: Ajv2020) => void }).default
  const ajv = new Ajv({ allErrors, strict: false, verbose: true, validateFormats: true, logger: false })
  addFormats(ajv)
  replaceUniqueItems(ajv)
  return ajv
}

/** Ajv compares each item with each other: a list of a megabyte would take minutes. */
function replaceUniqueItems(ajv: Ajv2020): void {
  // All lists of a request share one, which is gone with the request.
  const equalities = new WeakMap<object, Equality>()
  const equalityOf = (root: object): Equality => {
    const known = equalities.get(root) ?? new Equality()
    equalities.set(root, known)
    return known
  }
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have two equal items' },
    validate: (isOn: boolean, items: unknown[], _parent?: object, at?: { rootData: object }) =>
      !isOn || !equalityOf(at?.rootData ?? items).hasRepeats(items),
  })
}

/** Where a schema has a format and the pattern that defines it, the pattern decides and the format names the error. */
function patternsDecide(schema: JsonSchema): JsonSchema {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node !== 'object' || node === null) return node
    const { format, ...rest } = Object.fromEntries(Object.entries(node).map(([key, entry]) => [key, walk(entry)]))
    if (format === undefined) return rest
    return typeof rest.pattern === 'string' ? { ...rest, 'x-format': format } : { ...rest, format }
  }
  return walk(schema) as JsonSchema
}

function toViolations(errors: readonly ErrorObject[], part: Violation['in']): Violation[] {
  return errors.slice(0, MAX_VIOLATIONS).map((error) => {
    const { keyword, params, message = 'is not valid' } = error
    const path = shortPointer(error.instancePath)
    if (keyword === 'required') {
      const { missingProperty } = params as { missingProperty: string }
      return { in: part, path: path + stepOf(missingProperty), code: 'required', message: 'is required' }
    }
    if (keyword === 'additionalProperties') {
      const { additionalProperty } = params as { additionalProperty: string }
      const told = shortPointer(path + stepOf(additionalProperty))
      return { in: part, path: told, code: keyword, message: 'is not a known property' }
    }
    const format = (error.parentSchema as { 'x-format'?: string } | undefined)?.['x-format']
    if (keyword === 'pattern' && format !== undefined) {
      return { in: part, path, code: 'format', message: `must match format "${format}"` }
    }
    return { in: part, path, code: keyword, message }
  })
}
