import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'migrations-postgres-notes',
  family: 'migrations',
  about: 'Migrations of PostgreSQL for the tables of sign-in and of the notes, as drizzle-kit wrote them',
  when: { database: 'postgres', auth: 'sessions', example: 'notes' },
  after: ['database'],
  classes: { 'src/db/migrations/': 'append-only' },
})
