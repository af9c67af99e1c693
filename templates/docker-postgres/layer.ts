import { defineLayer } from '../../generator/src/layer.ts'
import { images } from '../../generator/src/versions.ts'

const DATABASE_URL = 'postgres://postgres:postgres@postgres:5432/app'

export default defineLayer({
  id: 'docker-postgres',
  about: 'PostgreSQL beside the application in the compose file',
  when: { docker: true, database: 'postgres' },
  after: ['docker-database'],
  services: {
    app: { environment: { DATABASE_URL } },
    migrate: { environment: { DATABASE_URL }, depends_on: { postgres: { condition: 'service_healthy' } } },
    postgres: {
      image: images.postgres,
      environment: { POSTGRES_PASSWORD: 'postgres', POSTGRES_DB: 'app' },
      volumes: ['postgres:/var/lib/postgresql/data'],
      healthcheck: {
        test: ['CMD', 'pg_isready', '-U', 'postgres', '-d', 'app'],
        interval: '2s',
        timeout: '2s',
        retries: 30,
      },
      restart: 'unless-stopped',
    },
  },
  volumes: { postgres: null },
})
