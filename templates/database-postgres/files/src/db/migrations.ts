import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

/** The same folder for `src` and `dist`: migrations are data and are not compiled. */
const migrationsFolder = fileURLToPath(new URL('../../src/db/migrations', import.meta.url))

/** Applies the migrations that the database does not have yet. */
export async function migrate(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await applyMigrations(drizzle(client), { migrationsFolder })
  } finally {
    await client.end()
  }
}
