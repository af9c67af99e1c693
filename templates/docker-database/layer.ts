import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'docker-database',
  about: 'Migrations in the container image, applied before the application starts',
  when: { docker: true, database: ['postgres', 'sqlite'] },
  after: ['docker'],
  services: {
    app: { depends_on: { migrate: { condition: 'service_completed_successfully' } } },
    migrate: { build: '.', command: ['node', 'dist/db/migrate.js'] },
  },
  registers: [
    { file: 'Dockerfile', slot: 'files', lines: ['COPY --from=build /app/src/db/migrations src/db/migrations'] },
  ],
})
