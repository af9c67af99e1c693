import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'migrations-sqlite-users',
  family: 'migrations',
  about: 'Migrations of SQLite for the tables of sign-in, as drizzle-kit wrote them',
  when: { database: 'sqlite', auth: 'sessions', example: 'none' },
  after: ['database'],
  classes: { 'src/db/migrations/': 'append-only' },
})
