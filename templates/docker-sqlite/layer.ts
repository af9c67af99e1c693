import { defineLayer } from '../../generator/src/layer.ts'

const environment = { DATABASE_URL: 'file:/data/app.db' }
const volumes = ['data:/data']

export default defineLayer({
  id: 'docker-sqlite',
  about: 'A volume for the SQLite file',
  when: { docker: true, database: 'sqlite' },
  after: ['docker-database'],
  services: { app: { environment, volumes }, migrate: { environment, volumes } },
  volumes: { data: null },
  registers: [{ file: 'Dockerfile', slot: 'files', lines: ['RUN mkdir /data && chown node:node /data'] }],
})
