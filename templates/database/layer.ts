import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'database',
  about: 'What both databases share: the schema of all tables, ids, the migration command',
  when: { database: ['postgres', 'sqlite'] },
  after: ['base'],
  dependencies: ['drizzle-orm'],
  devDependencies: ['drizzle-kit'],
  scripts: {
    'db:generate': { run: 'drizzle-kit generate', about: 'writes a migration for what changed in the tables' },
  },
  lists: { '.gitignore': ['.data/'] },
  registers: [
    {
      file: 'src/app.ts',
      slot: 'parts',
      lines: [
        'const database = openDatabase(env.DATABASE_URL)',
        'app.onShutdown(database.close)',
        'checks.database = database.ping',
      ],
      imports: ["import { openDatabase } from '#db/client'"],
    },
    {
      file: 'src/server.ts',
      slot: 'prepare',
      lines: ["if (env.NODE_ENV !== 'production') await migrate(env.DATABASE_URL)"],
      imports: ["import { migrate } from '#db/migrations'"],
    },
    {
      file: 'test/app.ts',
      slot: 'before',
      lines: ['const database = await freshDatabase()', 'afterAll(database.drop)', 'own.DATABASE_URL = database.url'],
      imports: ["import { freshDatabase } from './database.ts'"],
    },
  ],
  classes: { 'src/db/schema.ts': 'managed' },
})
