/** Measures every server in every scenario and renders the tables: `node bench/run.mjs --help`. */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { make } from './app/made.mjs'
import { checkAnswer } from './harness/conformance.mjs'
import { loadByEcho } from './harness/echo.mjs'
import { readFlags, usage } from './harness/flags.mjs'
import { commit, machine, rustVersion } from './harness/machine.mjs'
import { measureNodes, nodeVersions } from './harness/nodes.mjs'
import { checkMachine, prepare } from './harness/prepare.mjs'
import { residentMemory } from './harness/proc.mjs'
import { measureRounds } from './harness/rounds.mjs'
import { startServer } from './harness/server-process.mjs'
import { loadBySockets } from './harness/socket-load.mjs'
import { measureStart } from './harness/start.mjs'
import { loadByWrk, wrkVersion } from './harness/wrk.mjs'
import { renderReadme } from './render.mjs'
import { missing, versionOf } from './servers.mjs'
import { cpuTable } from './tables/cells.mjs'

const say = (line) => console.log(line)
/** Starts of each program, after one that is thrown away. */
const STARTS = 11

/** @returns the content of results/http.json */
async function measure(flags, how) {
  const skipped = flags.servers.map(missing).filter(Boolean)
  for (const line of skipped) say(line)
  const present = flags.servers.filter((server) => !missing(server))
  const running = []
  try {
    for (const server of present) running.push(await startServer(server, { core: how.core }))
    const idle = memoryOf(running)
    for (const server of running) for (const scenario of flags.scenarios) await checkAnswer(scenario, server)
    say(`${running.length} servers give the right answers; measuring …`)
    const { rounds, cells } = await measureRounds({ ...flags, ...how, servers: running })
    const memoryMiB = { idle, loaded: memoryOf(running) }
    return { ...about(present), method: method(flags, rounds), skipped, cells, memoryMiB }
  } finally {
    await Promise.all(running.map((server) => server.stop()))
  }
}

/** What else is measured by a run of everything: ours on each Node, and starting. */
async function measureMore(flags, how) {
  say('ours on each Node …')
  const nodes = await measureNodes({ ...flags, ...how, deadline: how.deadline + 120_000 })
  say('starting with 200 routes …')
  const startMs = await measureStart({ core: how.core, times: STARTS })
  return { ...(nodes ? { nodes: { versions: nodeVersions(), cells: nodes.cells } } : {}), startMs }
}

function about(present) {
  const servers = present.map((server) => [server.id, server.yardstick ? null : versionOf(server)])
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine: machine(),
    versions: {
      node: process.versions.node,
      rust: rustVersion(),
      load: wrkVersion() ?? 'own generator',
      servers: Object.fromEntries(servers),
    },
  }
}

const method = ({ seconds, disturbance }, rounds) => ({ rounds, seconds, disturbance })

const memoryOf = (running) => Object.fromEntries(running.map(({ id, pid }) => [id, Math.round(residentMemory(pid))]))

/** Where the load comes from, where the server runs, and when to stop. */
function conditions({ minutes }) {
  const byHttp = wrkVersion() ? loadByWrk : loadBySockets
  if (byHttp === loadBySockets) say('wrk is not installed (apt-get install wrk): a slower generator takes its place')
  const load = (scenario, ...rest) => (scenario.echo ? loadByEcho : byHttp)(scenario, ...rest)
  return { load, loadCore: 0, core: cpus().length - 1, deadline: Date.now() + minutes * 60_000, say }
}

async function main() {
  const flags = readFlags(process.argv.slice(2))
  if (flags.help) return say(usage)
  checkMachine()
  if (flags.build) prepare(say)
  make()
  const how = conditions(flags)
  const results = await measure(flags, how)
  if (!flags.write) return say(cpuTable(results))
  Object.assign(results, await measureMore(flags, how))
  writeFileSync(new URL('./results/http.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`)
  renderReadme()
  say('written: bench/results/http.json and the tables of bench/README.md')
}

try {
  await main()
} catch (error) {
  console.error(`✗ ${error.message}`)
  process.exitCode = 1
}
