/** The servers that are compared: how each is started, in the order of the tables. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { planFile } from './app/made.mjs'
import { scenarios } from './scenarios.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const bun = at('./node_modules/@oven/bun-linux-x64/bin/bun')
const raw = at('../target/release/bolt-raw')

/**
 * @typedef {object} Server
 * @property {string} id
 * @property {string} title
 * @property {string[]} command prints `listening <port>` once it accepts on 127.0.0.1
 * @property {string} needs file without which it cannot run
 * @property {string} [package] where its version is read
 * @property {string[]} [lacks] scenarios for which it has nothing to offer
 * @property {boolean} [yardstick] not a framework to choose, only what the machine allows
 */

/** @type {Server[]} */
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

/** "4.13.19", or Node's own version for what comes with Node. */
export function versionOf(server) {
  if (!server.package) return process.versions.node
  return JSON.parse(readFileSync(`${server.package}/package.json`, 'utf8')).version
}

/** Why a server cannot take part, or undefined. */
export function missing(server) {
  if (existsSync(server.needs)) return undefined
  return `${server.title} is left out: ${server.needs} is not there`
}

function node(id, title, folder) {
  const needs = id === 'ours' ? at('../native-core/dist/index.js') : folder ? at(folder) : process.execPath
  return { id, title, command: [process.execPath, at(`./servers/${id}.mjs`)], needs, package: folder && at(folder) }
}

function onBun(id, title, folder) {
  return { id, title, command: [bun, at(`./servers/${id}.mjs`)], needs: bun, package: at(folder) }
}
