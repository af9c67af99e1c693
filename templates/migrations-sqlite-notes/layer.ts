import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'migrations-sqlite-notes',
  family: 'migrations',
  about: 'Migrations of SQLite for the tables of sign-in and of the notes, as drizzle-kit wrote them',
  when: { database: 'sqlite', auth: 'sessions', example: 'notes' },
  after: ['database'],
  classes: { 'src/db/migrations/': 'append-only' },
})
