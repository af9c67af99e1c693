import type { QueryValue } from '../binding.d.ts'
import type { QuerySource } from '../query.ts'
import { pageOf, valuesOfPage } from './page.ts'

/** A value that is no date, by the same rules as in Rust (bolt_core engine/query.rs): what is no scalar is JSON. */
export function scalarOf(value: unknown): QueryValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What a query answers with, as JSON, when its own library runs it. Bigints are texts, as they are from Rust. */
export async function executedText(source: QuerySource, values: readonly unknown[]): Promise<string> {
  const value = await executed(source, values)
  try {
    return JSON.stringify(value)
  } catch {
    // A bigint. To look for them costs several times the rest, and most rows have none.
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
  }
}

async function executed(source: QuerySource, values: readonly unknown[]): Promise<unknown> {
  const { page, shape } = source
  if (page !== null) return pageOf(page, values, await source.execute(valuesOfPage(page, values)))
  const rows = await source.execute(values)
  return shape === 'one' ? (rows[0] ?? null) : rows
}
