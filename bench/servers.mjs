/** The servers that are compared: how each is started, in the order of the tables. */
import { fileURLToPath } from 'node:url'
import { planFile } from './app/made.mjs'
import { scenarios } from './scenarios.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const bun = at('./node_modules/@oven/bun-linux-x64/bin/bun')
const raw = at('../target/release/bolt-raw')

/** @type {import('./harness/server.mjs').Server[]} */
export const servers = [
  node('ours', '@bolt-app/core', '../native-core'),
  {
    id: 'raw',
    title: 'our engine without Node',
    command: [raw, 'serve', '0', planFile],
    needs: raw,
    yardstick: true,
    lacks: ['events', 'echo'],
  },
  {
    id: 'floor',
    title: 'the system alone',
    command: [raw, 'floor', '0'],
    needs: raw,
    yardstick: true,
    lacks: scenarios.map(({ id }) => id).filter((id) => !['json', 'single', 'many'].includes(id)),
  },
  node('uws', 'uWebSockets.js', './node_modules/@trufflesuite/uws-js-unofficial'),
  onBun('bun', 'Bun.serve', './node_modules/@oven/bun-linux-x64'),
  onBun('elysia', 'Elysia on Bun', './node_modules/elysia'),
  { ...node('hono', 'Hono on Node', './node_modules/hono'), lacks: ['echo'] },
  node('node-http', 'node:http'),
  node('fastify', 'Fastify', './node_modules/fastify'),
  { ...node('express', 'Express', './node_modules/express'), lacks: ['echo'] },
  {
    ...node('brahma', 'brahma-firelight', './node_modules/brahma-firelight'),
    lacks: ['small', 'large', 'events', 'echo'],
  },
]

function node(id, title, folder) {
  const needs = id === 'ours' ? at('../native-core/dist/index.js') : folder ? at(folder) : process.execPath
  return { id, title, command: [process.execPath, at(`./servers/${id}.mjs`)], needs, package: folder && at(folder) }
}

function onBun(id, title, folder) {
  return { id, title, command: [bun, at(`./servers/${id}.mjs`)], needs: bun, package: at(folder) }
}
