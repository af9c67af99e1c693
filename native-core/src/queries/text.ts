/** A value as PostgreSQL reads it, by the same rules as in Rust (bolt_core engine/query.rs); null: NULL. */
export function parameterText(value: unknown, isJson: boolean): string | null {
  if (value === null || value === undefined) return null
  if (isJson) return JSON.stringify(value)
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Rows as JSON: a list, or of 'one' the first of them or null. Bigints are texts, as they are from Rust. */
export function rowsText(rows: readonly unknown[], shape: 'many' | 'one'): string {
  const value = shape === 'many' ? rows : (rows[0] ?? null)
  try {
    return JSON.stringify(value)
  } catch {
    // A bigint. To look for them costs several times the rest, and most rows have none.
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
  }
}
