/** JSON Schema of an answers file, from the option table. */
import type { Option, OptionTable } from './option.ts'
import { options } from './options.ts'
import { type Rule, rules } from './rules.ts'

/** A schema (draft 2020-12) that accepts exactly the answer files we accept: every key optional, unknown keys refused, rules as `not`. */
export function answersSchema(table: OptionTable = options, refused: readonly Rule[] = rules): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Answers of create-bolt-app',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(Object.entries(table).map(([id, option]) => [id, propertyOf(option)])),
    },
    ...(refused.length > 0 ? { allOf: refused.map(notThis) } : {}),
  }
}

function notThis({ message, when }: Rule): Record<string, unknown> {
  const values = Object.entries(when).map(([id, value]) => [
    id,
    Array.isArray(value) ? { enum: value } : { const: value },
  ])
  return { description: message, not: { required: Object.keys(when), properties: Object.fromEntries(values) } }
}

function propertyOf(option: Option): Record<string, unknown> {
  const { default: fallback, help } = option
  const base = { description: help, ...(typeof fallback === 'function' ? {} : { default: fallback }) }
  const values = () => ('choices' in option ? option.choices.map(({ value }) => value) : [])
  switch (option.kind) {
    case 'text':
      return { ...base, type: 'string', ...(option.pattern ? { pattern: option.pattern } : {}) }
    case 'yesno':
      return { ...base, type: 'boolean' }
    case 'one':
      return { ...base, enum: option.when ? [...values(), null] : values() }
    case 'many':
      return { ...base, type: 'array', items: { enum: values() }, uniqueItems: true }
  }
}
