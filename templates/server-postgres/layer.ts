import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'server-postgres',
  family: 'server',
  about: 'Starts the application with a database server beside it, unless DATABASE_URL names one',
  when: { database: 'postgres' },
  scripts: {
    dev: {
      run: 'node --import tsx src/db/with-database.ts tsx watch -C development src/server.ts',
      about: 'starts the database and the application, and reloads it on changes',
    },
    start: { run: 'node dist/db/with-database.js node dist/server.js', about: 'starts what `build` made' },
  },
})
