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

/** CPU per request as `cells[scenario][node]`, of the Nodes that are installed. */
export async function measureNodes({ core, ...options }) {
  const { failures } = options
  const servers = []
  try {
    for (const id of names) {
      const command = [`${folder}node_modules/${id}/bin/node`, ours]
      try {
        servers.push(await startServer({ id, command }, { core }))
      } catch (error) {
        failures.add({ id }, undefined, error)
      }
    }
    const chosen = scenarios.filter(({ id }) => ASKED.includes(id))
    return await measureRounds({ ...options, servers, scenarios: chosen })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** "24.21.0" of "node-24", of those that are installed. */
export function nodeVersions() {
  const manifest = (id) => `${folder}node_modules/${id}/package.json`
  const present = names.filter((id) => existsSync(manifest(id)))
  return Object.fromEntries(present.map((id) => [id, JSON.parse(readFileSync(manifest(id), 'utf8')).version]))
}
