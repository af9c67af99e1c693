/**
 * Instructions per request in user mode, by callgrind: repeatable on a busy machine, blind to the kernel.
 * `node bench/instructions.mjs [--servers ours,raw] [--scenarios json] [--requests 3200] [--warmup 12000] [--draft] [--keep folder]`
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startCounted } from './harness/callgrind.mjs'
import { Client, requestBytes } from './harness/http-client.mjs'
import { commit } from './harness/machine.mjs'
import { missing } from './harness/server.mjs'
import { renderReadme } from './render.mjs'
import { scenarios } from './scenarios.mjs'
import { servers } from './servers.mjs'
import { instructionTable } from './tables/instructions.mjs'

// The others need a quarter of an hour more and are built on these.
const COUNTED = ['ours', 'raw', 'uws', 'bun', 'node-http']
const LEFT_OUT = ['single']
const CONNECTIONS = 64
/** Two counts agree when they differ by no more than this share. */
const AGREEMENT = 0.02
const WINDOWS = 8

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: COUNTED.join(',') },
    scenarios: { type: 'string' },
    requests: { type: 'string', default: '3200' },
    warmup: { type: 'string', default: '12000' },
    draft: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
})

/** Asks in lock step: all connections send, all wait, so that every pass of the server's loop is alike. */
async function openLoad(scenario, port) {
  const { connections = CONNECTIONS, pipeline = 1 } = scenario
  const bytes = requestBytes(scenario)
  const clients = Array.from({ length: connections }, () => new Client(port, bytes))
  await Promise.all(clients.map((client) => client.ask()))
  return {
    async run(requests) {
      for (let sent = 0; sent < requests; sent += connections * pipeline) {
        await Promise.all(clients.map((client) => client.ask(pipeline)))
      }
    },
    close() {
      for (const client of clients) client.close()
    },
  }
}

async function countServer(server, chosen) {
  const counts = {}
  const running = await startCounted(server, { core: cpus().length - 1, keep: values.keep })
  try {
    for (const scenario of chosen) {
      const load = await openLoad(scenario, running.ports.main)
      counts[scenario.id] = await settledCount(running, load, server.yardstick)
      load.close()
      console.log(`${server.id} ${scenario.id}: ${counts[scenario.id]}`)
    }
  } finally {
    await running.stop()
  }
  return counts
}

/** Counts until two counts in turn agree: Node optimises hot code when it sees fit, Rust is ready at once. */
async function settledCount(running, load, isReady) {
  let before = Number.POSITIVE_INFINITY
  for (let window = 0; ; window += 1) {
    await load.run(isReady ? 1024 : Number(values.warmup))
    const count = Math.round((await running.count(() => load.run(requests))) / requests)
    if (Math.abs(count - before) <= before * AGREEMENT || window === WINDOWS) return Math.min(count, before)
    before = count
  }
}

// Whole passes of 64 connections with 16 pipelined requests.
const requests = Math.ceil(Number(values.requests) / 1024) * 1024
const chosen = scenarios.filter(({ id }) => values.scenarios?.split(',').includes(id) ?? !LEFT_OUT.includes(id))
const present = servers.filter((server) => values.servers.split(',').includes(server.id) && !missing(server))
const origin = { date: new Date().toISOString(), commit: commit() }
const cells = Object.fromEntries(chosen.map(({ id }) => [id, {}]))
for (const server of present) {
  const counts = await countServer(server, chosen)
  for (const [id, count] of Object.entries(counts)) cells[id][server.id] = count
}
const results = { ...origin, requests, cells }
console.log(instructionTable(results))
if (!values.draft && !values.scenarios) {
  writeFileSync(new URL('./results/instructions.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`)
  renderReadme()
}
