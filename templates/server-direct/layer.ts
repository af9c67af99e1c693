import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'server-direct',
  family: 'server',
  about: 'Starts the application by itself, where no database server has to run beside it',
  when: { database: ['sqlite', 'none'] },
  scripts: {
    dev: { run: 'tsx watch -C development src/server.ts', about: 'starts the application and reloads it on changes' },
    start: { run: 'node dist/server.js', about: 'starts what `build` made' },
  },
})
