import type { JsonSchema } from '../plan.ts'
import type { Schema } from '../schema/standard.ts'

const problemSchema: JsonSchema = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable name of the error.' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          in: { type: 'string', enum: ['body', 'query', 'params', 'headers', 'cookies'] },
          path: { type: 'string', description: 'JSON pointer into that part.' },
          code: { type: 'string' },
          message: { type: 'string' },
        },
        required: ['in', 'path', 'code', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'code', 'requestId'],
}

/** The shared part of a document: schemas by name, ways to sign in. */
export class Components {
  readonly #schemas: Record<string, JsonSchema> = { Problem: problemSchema }
  readonly #converted = new Map<Schema, JsonSchema>()
  readonly #security: Record<string, Record<string, unknown>> = {}

  /** Converts a schema that several operations answer with once. */
  once(schema: Schema, convert: () => JsonSchema): JsonSchema {
    const converted = this.#converted.get(schema) ?? convert()
    this.#converted.set(schema, converted)
    return converted
  }

  /** Moves `$defs` of a schema to the components and points its references there. `name` is for a schema that refers to itself. */
  localise(schema: JsonSchema, name: string): JsonSchema {
    const { $defs, ...root } = schema
    const renamed = new Map<string, string>()
    for (const [key, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>))
      renamed.set(key, this.#nameFor(key, definition))
    const isRecursive = refersTo(root, '#')
    const own = isRecursive ? this.#nameFor(name, root) : name
    const move = (reference: string): string => {
      if (reference === '#') return `#/components/schemas/${own}`
      const key = reference.replace('#/$defs/', '')
      return `#/components/schemas/${renamed.get(key) ?? key}`
    }
    for (const [key, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) {
      this.#schemas[renamed.get(key) as string] = withReferences(definition, move)
    }
    const moved = withReferences(root, move)
    if (!isRecursive) return moved
    this.#schemas[own] = moved
    return { $ref: `#/components/schemas/${own}` }
  }

  /** Name of the bearer token scheme. */
  bearer(): string {
    this.#security.bearer = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
    return 'bearer'
  }

  /** Name of the scheme of a cookie. */
  cookie(name: string): string {
    const scheme = `cookie_${name.replace(/[^A-Za-z0-9_]/g, '_')}`
    this.#security[scheme] = { type: 'apiKey', in: 'cookie', name }
    return scheme
  }

  toJSON(): { schemas: Record<string, JsonSchema>; securitySchemes?: Record<string, Record<string, unknown>> } {
    const hasSecurity = Object.keys(this.#security).length > 0
    return { schemas: this.#schemas, ...(hasSecurity ? { securitySchemes: this.#security } : {}) }
  }

  /** The wanted name, or with a number when another schema has it. */
  #nameFor(wanted: string, schema: JsonSchema): string {
    const base = wanted.replace(/[^A-Za-z0-9._-]/g, '_')
    let name = base
    for (let count = 2; name in this.#schemas; count++) {
      if (
        JSON.stringify(this.#schemas[name]) ===
        JSON.stringify(withReferences(schema, (text) => text.replace('#/$defs/', '#/components/schemas/')))
      )
        return name
      name = `${base}${count}`
    }
    this.#schemas[name] = {}
    return name
  }
}

function withReferences(value: unknown, move: (reference: string) => string): JsonSchema {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([key, entry]) => [
        key,
        key === '$ref' && typeof entry === 'string' ? move(entry) : walk(entry),
      ]),
    )
  }
  return walk(value) as JsonSchema
}

function refersTo(value: unknown, reference: string): boolean {
  if (Array.isArray(value)) return value.some((item) => refersTo(item, reference))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, entry]) =>
    key === '$ref' ? entry === reference : refersTo(entry, reference),
  )
}
