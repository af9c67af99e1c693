/** What `bolt generate resource post title:string body:text?` asks for, as data. */
import { BoltError } from '../errors.ts'
import { nearest } from '../nearest.ts'

export interface Resource {
  /** Kebab-case singular and plural: `blog-post`, `blog-posts`. */
  readonly name: string
  readonly plural: string
  readonly fields: readonly Field[]
}

export interface Field {
  readonly name: string
  readonly type: FieldType
  /** May be null. */
  readonly optional: boolean
}

interface TypeWords {
  /** Word of the project's db/columns.ts. */
  readonly column: string
  readonly input: string
  readonly output: string
  /** Value in tests, as code. */
  readonly sample: string
}

/** Field types, and the code each one becomes. */
export const fieldTypes = {
  string: { column: 'text', input: 'z.string().min(1).max(200)', output: 'z.string()', sample: "'A line'" },
  text: { column: 'text', input: 'z.string().max(10_000)', output: 'z.string()', sample: "'Some text'" },
  integer: { column: 'integer', input: 'z.int32()', output: 'z.int32()', sample: '7' },
  number: { column: 'real', input: 'z.number()', output: 'z.number()', sample: '1.5' },
  boolean: { column: 'boolean', input: 'z.boolean()', output: 'z.boolean()', sample: 'true' },
} as const satisfies Record<string, TypeWords>

export type FieldType = keyof typeof fieldTypes

/** Columns every resource has. */
const TAKEN = new Set(['id', 'userId', 'createdAt', 'updatedAt'])
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const FIELD = /^([a-z][A-Za-z0-9]*):([a-z]+)(\?)?$/

/** Reads the words after `generate resource`; everything wrong is reported at once. */
export function parseResource(name: string, fieldWords: readonly string[]): Resource {
  const fields = fieldWords.map(parseField)
  const problems = [
    ...(NAME.test(name)
      ? []
      : [`"${name}" is no name: lower-case letters, digits and hyphens, singular, for example blog-post`]),
    ...fields.filter((field) => typeof field === 'string'),
    ...duplicates(fields.flatMap((field) => (typeof field === 'string' ? [] : [field.name]))).map(
      (field) => `${field} is named twice`,
    ),
    ...(fieldWords.length === 0 ? ['a resource needs at least one field, for example title:string'] : []),
  ]
  if (problems.length > 0) {
    throw new BoltError('illegal-argument', {
      message: `The resource ${name} cannot be made.`,
      why: problems.join('\n'),
      hint: `Types are ${Object.keys(fieldTypes).join(', ')}; a question mark makes a field optional: body:text?`,
    })
  }
  return { name, plural: pluralOf(name), fields: fields.filter((field) => typeof field !== 'string') }
}

/** English plural of the last word, by its ending. */
export function pluralOf(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`
}

/** A field, or what is wrong with it. */
function parseField(word: string): Field | string {
  const match = FIELD.exec(word)
  if (!match) return `"${word}" is no field: write name:type, for example title:string`
  const [, name = '', type = '', mark] = match
  if (TAKEN.has(name)) return `${name} is there already: every resource has ${[...TAKEN].join(', ')}`
  if (!Object.hasOwn(fieldTypes, type)) {
    const near = nearest(type, Object.keys(fieldTypes))
    return `${name} has the unknown type "${type}"${near ? `, did you mean ${near}?` : ''}`
  }
  return { name, type: type as FieldType, optional: mark === '?' }
}

function duplicates(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index)
}
