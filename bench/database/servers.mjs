/** The servers that are compared over PostgreSQL: how each is started, in the order of the tables. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { python } from './django.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const bun = at('../node_modules/@oven/bun-linux-x64/bin/bun')
const axum = at('./axum/target/release/bench-axum')

/**
 * Connections to PostgreSQL. postgres.js and Bun send what they are asked before earlier answers have come, and were best with 4, of 4, 10 and 16; ours has 4 by
 * default, and tokio-postgres as many. node-postgres waits for each answer; it was best with 16.
 */
const [SHARED, ALONE] = [4, 16]

const core = '../../native-core'
const uws = '../node_modules/@trufflesuite/uws-js-unofficial'

/** @type {import('../harness/server.mjs').Server[]} */
export const servers = [
  {
    ...node('ours-queries', '@bolt-app/core, queries as routes', core, ['ours-queries', 'postgres']),
    needs: at(`${core}/dist/drizzle.js`),
    lacks: ['db', 'queries', 'fortunes', 'updates'],
  },
  {
    ...node('ours-answer', '@bolt-app/core, queries that handlers answer with', core, ['ours-answer', 'postgres']),
    needs: at(`${core}/dist/drizzle.js`),
    lacks: ['db', 'queries', 'fortunes', 'updates'],
  },
  {
    ...node('ours-run', '@bolt-app/core, queries run by handlers', core, ['ours-run', 'postgres']),
    needs: at(`${core}/dist/drizzle.js`),
  },
  node('ours-drizzle', '@bolt-app/core, prepared Drizzle in handlers', core, ['ours', 'prepared-native']),
  node('ours-unsafe', '@bolt-app/core, SQL in handlers', core, ['ours', 'native']),
  {
    id: 'bun',
    title: 'Bun.serve, Bun.sql',
    command: [bun, at('./servers/bun.mjs'), 'bun'],
    needs: bun,
    package: at('../node_modules/@oven/bun-linux-x64'),
    connections: SHARED,
  },
  node('uws', 'uWebSockets.js, postgres.js', uws, ['uws', 'postgres-js']),
  { ...node('node-http', 'node:http, node-postgres', undefined, ['node-http', 'pg']), connections: ALONE },
  node('fastify', 'Fastify, postgres.js', '../node_modules/fastify', ['fastify', 'postgres-js']),
  node('fastify-drizzle', 'Fastify, prepared Drizzle', '../node_modules/fastify', ['fastify', 'prepared-postgres-js']),
  node('express-drizzle', 'Express, Drizzle', '../node_modules/express', ['express', 'per-request']),
  {
    id: 'axum',
    title: 'axum, tokio-postgres',
    command: [axum],
    needs: axum,
    version: readFileSync(at('./axum/Cargo.toml'), 'utf8').match(/^axum = .*"=(.*?)"/m)[1],
    connections: SHARED,
  },
  {
    id: 'django-bolt',
    title: 'django-bolt, its ORM',
    command: [python, '-B', at('./django/serve.py')],
    needs: python,
    version: readFileSync(at('./django/requirements.txt'), 'utf8').match(/^django-bolt==(.*)$/m)[1],
  },
]

/** Those that are compared over SQLite. @type {import('../harness/server.mjs').Server[]} */
export const sqliteServers = [
  node('ours-queries', '@bolt-app/core, queries as routes', core, ['ours-queries', 'sqlite']),
  node('ours-answer', '@bolt-app/core, queries that handlers answer with', core, ['ours-answer', 'sqlite']),
  node('ours-run', '@bolt-app/core, queries run by handlers', core, ['ours-run', 'sqlite']),
  node('ours-drizzle', '@bolt-app/core, prepared Drizzle in handlers', core, ['ours', 'sqlite-prepared-native']),
  {
    id: 'bun',
    title: 'Bun.serve, bun:sqlite',
    command: [bun, at('./servers/bun.mjs'), 'sqlite-bun'],
    needs: bun,
    package: at('../node_modules/@oven/bun-linux-x64'),
  },
  node('uws-drizzle', 'uWebSockets.js, prepared Drizzle', uws, ['uws', 'sqlite-prepared-libsql']),
  node('fastify-drizzle', 'Fastify, prepared Drizzle', '../node_modules/fastify', [
    'fastify',
    'sqlite-prepared-libsql',
  ]),
  node('express-drizzle', 'Express, Drizzle', '../node_modules/express', ['express', 'sqlite-per-request']),
]

function node(id, title, folder, [server, ...store]) {
  const needs = folder === core ? at(`${core}/dist/postgres.js`) : folder ? at(folder) : process.execPath
  return {
    id,
    title,
    command: [process.execPath, at(`./servers/${server}.mjs`), ...store],
    needs,
    package: folder && at(folder),
    connections: SHARED,
  }
}
