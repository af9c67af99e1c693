import { inject } from 'vitest'
import { createDatabase } from './postgres.ts'

/** A fresh, migrated database; `drop` removes it. */
export function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  return createDatabase(inject('postgres'))
}
