/** The same application over SQLite: what a request costs that reads rows without a server for them. */
import { scenarios } from '../database/scenarios.mjs'
import { sqliteServers } from '../database/servers.mjs'
import { openFile } from '../database/sqlite.mjs'

/** @type {import('../harness/suite.mjs').Suite} */
export const sqlite = {
  name: 'sqlite',
  // All servers open one file, and one that keeps a lock after a write would be in the way of the others.
  scenarios: scenarios.filter(({ id }) => ['list', 'one'].includes(id)),
  servers: sqliteServers,
  ours: ['ours-queries', 'ours-answer', 'ours-run', 'ours-drizzle'],
  targets: ['ours-queries', 'ours-answer', 'ours-run'].flatMap((ours) => [
    { scenario: 'list', ours, of: 'bun', most: 1 },
    { scenario: 'list', ours, of: 'fastify-drizzle', most: 1 / 5 },
    { scenario: 'list', ours, of: 'express-drizzle', most: 1 / 20 },
  ]),
  prepare: () => undefined,
  open: openFile,
}
