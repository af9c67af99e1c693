import { createRequire } from 'node:module'
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonSchema } from '../plan.ts'
import type { Violation } from '../problem.ts'

const require = createRequire(import.meta.url)

export type Validate = (value: unknown, part: Violation['in']) => Violation[]

/** Compiles the schemas of one application with Ajv, which is loaded only when there is one. */
export class Validators {
  #ajv: Ajv2020 | undefined

  compile(schema: JsonSchema): Validate {
    this.#ajv ??= loadAjv()
    const check: ValidateFunction = this.#ajv.compile(patternsDecide(schema))
    return (value, part) => (check(value) ? [] : toViolations(check.errors ?? [], part))
  }
}

function loadAjv(): Ajv2020 {
  const { Ajv2020: Ajv } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  const addFormats = (require('ajv-formats') as { default: (ajv: Ajv2020) => void }).default
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, validateFormats: true, logger: false })
  addFormats(ajv)
  return ajv
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
  return errors.map((error) => {
    const { keyword, instancePath, params, message = 'is not valid' } = error
    if (keyword === 'required') {
      const { missingProperty } = params as { missingProperty: string }
      return {
        in: part,
        path: `${instancePath}/${escapePointer(missingProperty)}`,
        code: 'required',
        message: 'is required',
      }
    }
    if (keyword === 'additionalProperties') {
      const { additionalProperty } = params as { additionalProperty: string }
      return {
        in: part,
        path: `${instancePath}/${escapePointer(additionalProperty)}`,
        code: keyword,
        message: 'is not a known property',
      }
    }
    const format = (error.parentSchema as { 'x-format'?: string } | undefined)?.['x-format']
    if (keyword === 'pattern' && format !== undefined) {
      return { in: part, path: instancePath, code: 'format', message: `must match format "${format}"` }
    }
    return { in: part, path: instancePath, code: keyword, message }
  })
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
