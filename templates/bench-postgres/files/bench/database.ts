import { startLocalPostgres } from '#db/local/server'
import { migrate } from '#db/migrations'

/** A migrated database for load: `BENCH_DATABASE_URL`, or one of the local server. */
export async function benchDatabase(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.BENCH_DATABASE_URL
  const database = given
    ? { url: given, stop: async () => {} }
    : await startLocalPostgres({ folder: '.data/postgres', database: 'bench' })
  await migrate(database.url)
  return database
}
