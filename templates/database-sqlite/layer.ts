import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'database-sqlite',
  family: 'database-kind',
  about: 'SQLite: one file, run by Rust, or a libsql server',
  when: { database: 'sqlite' },
  after: ['database'],
  dependencies: ['@libsql/client'],
  scripts: {
    'db:migrate': { run: 'tsx src/db/migrate.ts', about: 'applies new migrations' },
    'db:studio': { run: 'drizzle-kit studio', about: 'opens the database in a browser' },
  },
  env: [
    {
      key: 'DATABASE_URL',
      about: 'SQLite file (file:…) or libsql server (libsql://…). Required in production.',
      example: 'file:.data/app.db',
      schema:
        "z\n    .string()\n    .regex(/^(file|libsql|https?|wss?):/)\n    .default('file:.data/app.db')\n    .meta({ requiredIn: 'production' })",
    },
  ],
  registers: [{ file: 'test/settings.ts', slot: 'values', lines: ["DATABASE_URL: 'file::memory:',"] }],
  readme: { title: 'Database', file: 'readme.md.hbs', order: 50 },
  agents: { title: 'Database', file: 'agents.md.hbs', order: 50 },
})
