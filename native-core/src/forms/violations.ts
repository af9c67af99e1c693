import type { SchemaIssue } from '../schema/standard.ts'
import { keysOf, MAX_VIOLATIONS, pointerOf, type Violation } from '../violation.ts'

/** What Zod says of an issue besides the standard. */
interface ZodIssue extends SchemaIssue {
  code?: string
  origin?: string
}

/** Issues of a schema library as violations, named like those of a JSON body wherever the library tells enough. */
export function formViolationsOf(issues: readonly SchemaIssue[], value: unknown): Violation[] {
  return issues.slice(0, MAX_VIOLATIONS).map((issue) => {
    const keys = keysOf(issue)
    return { in: 'body', path: pointerOf(keys), code: codeOf(issue, at(value, keys)), message: issue.message }
  })
}

function codeOf({ code, origin = '' }: ZodIssue, value: unknown): string {
  switch (code) {
    case 'invalid_type':
      return value === undefined ? 'required' : 'type'
    case 'invalid_value':
      return value === undefined ? 'required' : 'enum'
    case 'invalid_format':
      return 'format'
    case 'unrecognized_keys':
      return 'additionalProperties'
    case 'too_small':
      return { string: 'minLength', array: 'minItems', file: 'minBytes' }[origin] ?? 'minimum'
    case 'too_big':
      return { string: 'maxLength', array: 'maxItems', file: 'maxBytes' }[origin] ?? 'maximum'
    default:
      return 'custom'
  }
}

function at(value: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key], value)
}
