/**
 * The two parts of the Standard Schema specification (standardschema.dev) that the core uses, as its authors ask for: copied types, no
 * dependency. Zod 4, Valibot and ArkType all carry them.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': SchemaProps<Input, Output>
}

export interface SchemaProps<Input = unknown, Output = Input> {
  readonly version: 1
  readonly vendor: string
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
  readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export interface JsonSchemaConverter {
  readonly input: (options: ConvertOptions) => Record<string, unknown>
  readonly output: (options: ConvertOptions) => Record<string, unknown>
}

export interface ConvertOptions {
  readonly target: 'draft-2020-12'
  readonly libraryOptions?: Record<string, unknown>
}

/** The value a schema accepts. */
export type InputOf<S> = S extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> extends { readonly input: infer I }
    ? I
    : unknown
  : unknown

/** The value a schema produces. */
export type OutputOf<S> = S extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> extends { readonly output: infer O }
    ? O
    : unknown
  : unknown

export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const props = (value as Partial<Schema>)['~standard']
  return typeof props === 'object' && props !== null && typeof props.validate === 'function'
}
