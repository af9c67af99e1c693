/** HTTP alone: our core beside the servers that one would otherwise choose. */
import { fileURLToPath } from 'node:url'
import { make } from '../app/made.mjs'
import { measureNodes, nodeVersions } from '../harness/nodes.mjs'
import { install, must } from '../harness/prepare.mjs'
import { measureStart } from '../harness/start.mjs'
import { scenarios } from '../scenarios.mjs'
import { servers } from '../servers.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const ours = 'ours'

/** Starts of each program, after one that is thrown away. */
const STARTS = 11
/** What the Nodes may take beyond `--minutes`, ms. */
const NODES = 120_000

/** @type {import('../harness/suite.mjs').Suite} */
export const http = {
  name: 'http',
  scenarios,
  servers,
  ours: [ours],
  targets: [
    { scenario: 'json', ours, of: 'raw', most: 1.15 },
    { scenario: 'json', ours, of: 'uws', most: 0.95 },
    { scenario: 'json', ours, of: 'bun', most: 0.9 },
    { scenario: 'json', ours, of: 'elysia', most: 0.9 },
    { scenario: 'json', ours, of: 'node-http', most: 0.33 },
    { scenario: 'json', ours, of: 'fastify', most: 0.33 },
    ...scenarios.filter(({ native }) => native).map(({ id }) => ({ scenario: id, ours, of: 'raw', most: 1.05 })),
    { scenario: 'pipelined', ours, of: 'uws', figure: 'rate', least: 1.5 },
    { scenario: 'pipelined', ours, of: 'bun', figure: 'rate', least: 5 },
    { scenario: 'pipelined', ours, of: 'node-http', figure: 'rate', least: 20 },
  ],
  prepare(say) {
    install(at('../nodes'), 'the Nodes', say)
    say('building the engine without Node, and the WebSocket load …')
    must('cargo', ['build', '--release', '--package', 'bolt_host', '--bins'], at('../..'))
  },
  async open() {
    make()
    return { end: async () => {} }
  },
  before: async (present, how) => ({
    startMs: await measureStart({ ...how, times: STARTS, servers: present.map(({ id }) => id) }),
  }),
  async after(flags, how) {
    how.say(`at most ${NODES / 60_000} minutes for ours on each Node …`)
    const { cells } = await measureNodes({ ...flags, ...how, deadline: how.deadline + NODES })
    return { nodes: { versions: nodeVersions(), cells } }
  },
}
