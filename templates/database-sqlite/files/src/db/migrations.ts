import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate as applyMigrations } from 'drizzle-orm/libsql/migrator'
import { openDatabase } from './client.ts'

/** The same folder for `src` and `dist`: migrations are data and are not compiled. */
const migrationsFolder = fileURLToPath(new URL('../../src/db/migrations', import.meta.url))

/** Applies the migrations that the database does not have yet. */
export async function migrate(url: string): Promise<void> {
  const { db, close } = openDatabase(url)
  try {
    // Kept by the file: readers no longer wait for the writer, and a write costs one flush instead of several.
    if (url.startsWith('file:')) await db.run(sql`pragma journal_mode = wal`)
    await applyMigrations(db, { migrationsFolder })
  } finally {
    await close()
  }
}
