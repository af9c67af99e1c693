/** Brings the database up to date: `db:migrate`, and `node dist/db/migrate.js` in production. */
import { loadEnv } from '../env.ts'
import { migrate } from './migrations.ts'

await migrate(loadEnv('DATABASE_URL').DATABASE_URL)
console.log('The database is up to date.')
