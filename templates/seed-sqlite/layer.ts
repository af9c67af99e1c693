import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'seed-sqlite',
  about: 'The command that adds a first user',
  when: { database: 'sqlite', auth: 'sessions' },
  after: ['database-sqlite'],
  scripts: {
    'db:seed': { run: 'tsx -C development src/db/seed.ts', about: 'adds a first user, and rows to look at' },
  },
})
