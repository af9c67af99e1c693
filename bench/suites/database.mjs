/** The same application over PostgreSQL: what a request costs that reads or writes rows. */
import { fileURLToPath } from 'node:url'
import { installDjango } from '../database/django.mjs'
import { openDatabase } from '../database/postgres.mjs'
import { scenarios } from '../database/scenarios.mjs'
import { servers } from '../database/servers.mjs'
import { must } from '../harness/prepare.mjs'

const axum = fileURLToPath(new URL('../database/axum', import.meta.url))

/** By id the most of CPU µs that a server of ours may need for the list. */
const ours = { 'ours-queries': 16, 'ours-drizzle': 22 }

/** @type {import('../harness/suite.mjs').Suite} */
export const database = {
  name: 'database',
  scenarios,
  servers,
  ours: [...Object.keys(ours), 'ours-unsafe'],
  targets: Object.entries(ours).flatMap(([id, most]) => [
    { scenario: 'list', ours: id, most },
    { scenario: 'list', ours: id, of: 'bun', most: 1 },
    { scenario: 'list', ours: id, of: 'fastify-drizzle', most: 1 / 5 },
    { scenario: 'list', ours: id, of: 'express-drizzle', most: 1 / 20 },
    { scenario: 'list', ours: id, of: 'django-bolt', most: 1 / 20 },
  ]),
  prepare(say) {
    say('building the server on axum …')
    must('cargo', ['build', '--release', '--locked'], axum)
    return installDjango(say)
  },
  open: ({ loadCore }) => openDatabase({ core: loadCore }),
}
