/** The same application over PostgreSQL: what a request costs that reads or writes rows. */
import { fileURLToPath } from 'node:url'
import { installDjango } from '../database/django.mjs'
import { openDatabase } from '../database/postgres.mjs'
import { scenarios } from '../database/scenarios.mjs'
import { servers } from '../database/servers.mjs'
import { must } from '../harness/prepare.mjs'

const axum = fileURLToPath(new URL('../database/axum', import.meta.url))

/** The most of CPU µs that the list may need when a query of Drizzle's is the route, and when a handler answers with its JSON or has its objects. */
const limits = { 'ours-queries': 16, 'ours-answer': 22, 'ours-run': 22 }

/** @type {import('../harness/suite.mjs').Suite} */
export const database = {
  name: 'database',
  scenarios,
  servers,
  ours: [...Object.keys(limits), 'ours-drizzle', 'ours-unsafe'],
  targets: Object.entries(limits).flatMap(([id, most]) => [
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
