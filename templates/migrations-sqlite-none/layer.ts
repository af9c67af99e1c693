import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'migrations-sqlite-none',
  family: 'migrations',
  about: 'Migrations of SQLite for no table yet, as drizzle-kit wrote them',
  when: { database: 'sqlite', auth: 'none' },
  after: ['database'],
  registers: [{ file: 'src/db/schema.ts', slot: 'tables', lines: ['export {}'] }],
  classes: { 'src/db/migrations/meta/_journal.json': 'append-only' },
})
