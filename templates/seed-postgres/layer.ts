import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'seed-postgres',
  about: 'The command that adds a first user, with the database server beside it',
  when: { database: 'postgres', auth: 'sessions' },
  after: ['database-postgres'],
  scripts: {
    'db:seed': {
      run: 'tsx src/db/with-database.ts tsx -C development src/db/seed.ts',
      about: 'adds a first user, and rows to look at',
    },
  },
})
