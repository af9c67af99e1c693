import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'migrations-postgres-users',
  family: 'migrations',
  about: 'Migrations of PostgreSQL for the tables of sign-in, as drizzle-kit wrote them',
  when: { database: 'postgres', auth: 'sessions', example: 'none' },
  after: ['database'],
  classes: { 'src/db/migrations/': 'append-only' },
})
