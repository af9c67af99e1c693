/** Ours on each Node that it supports, the same binary on all. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { scenarios } from '../scenarios.mjs'
import { measureRounds } from './rounds.mjs'
import { startServer } from './server-process.mjs'

const ASKED = ['json', 'async', 'post', 'jwt', 'single']

const folder = fileURLToPath(new URL('../nodes/', import.meta.url))
const ours = fileURLToPath(new URL('../servers/ours.mjs', import.meta.url))

/** Their names; the packages are those of `nodes/package.json`. */
const names = Object.keys(JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).dependencies)

/** CPU per request as `cells[scenario][node]`, or undefined where the Nodes are not installed. */
export async function measureNodes({ core, ...options }) {
  const present = names.map((id) => ({ id, command: [`${folder}node_modules/${id}/bin/node`, ours] }))
  if (!present.every(({ command: [program] }) => existsSync(program))) return undefined
  const servers = []
  try {
    for (const server of present) servers.push(await startServer(server, { core }))
    const chosen = scenarios.filter(({ id }) => ASKED.includes(id))
    return await measureRounds({ ...options, servers, scenarios: chosen })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** "24.21.0" of "node-24". */
export function nodeVersions() {
  const read = (id) => JSON.parse(readFileSync(`${folder}node_modules/${id}/package.json`, 'utf8')).version
  return Object.fromEntries(names.map((id) => [id, read(id)]))
}
