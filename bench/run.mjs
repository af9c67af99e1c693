/** Measures every server of a suite in every scenario and renders the tables: `node bench/run.mjs --help`. */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { checkAnswer } from './harness/conformance.mjs'
import { loadByEcho } from './harness/echo.mjs'
import { Failures } from './harness/failures.mjs'
import { readFlags, usage } from './harness/flags.mjs'
import { commit, machine, rustVersion } from './harness/machine.mjs'
import { checkMachine, prepare } from './harness/prepare.mjs'
import { peakMemory, residentMemory } from './harness/proc.mjs'
import { measureRounds } from './harness/rounds.mjs'
import { missing, versionOf } from './harness/server.mjs'
import { startServer } from './harness/server-process.mjs'
import { loadBySockets } from './harness/socket-load.mjs'
import { loadByWrk, wrkVersion } from './harness/wrk.mjs'
import { renderReadme } from './render.mjs'
import { cpuTable, rateTable } from './tables/cells.mjs'

const say = (line) => console.log(line)

/** Everything that the results hold; with `keep` it is told to it after each round, so that a run which is interrupted leaves something. */
async function measure({ suite, ...flags }, how, keep) {
  const reasons = new Map(flags.servers.map((server) => [server, missing(server, how.unavailable[server.id])]))
  const skipped = [...reasons.values()].filter(Boolean)
  for (const line of skipped) say(line)
  const present = flags.servers.filter((server) => !reasons.get(server))
  const results = { ...about(present, how), method: method(flags, 0), skipped, cells: {}, failures: [] }
  if (keep) Object.assign(results, await suite.before?.(present, how))
  const onRound = ({ rounds, cells }, memoryMiB) => {
    Object.assign(results, { method: method(flags, rounds), cells, memoryMiB, failures: how.failures.list })
    keep?.(results)
  }
  await measureServers(present, flags, how, onRound)
  if (keep && suite.after) {
    Object.assign(results, await suite.after(flags, how), { failures: how.failures.list })
    keep(results)
  }
  return results
}

async function measureServers(present, flags, how, onRound) {
  const running = []
  try {
    for (const server of present) await startInto(running, server, flags, how)
    const idle = memoryOf(running, residentMemory)
    for (const server of running) await dropWrong(server, flags.scenarios, how.failures)
    say(`${running.length} servers answer; measuring …`)
    const memory = () => ({ idle, loaded: memoryOf(running, residentMemory), peak: memoryOf(running, peakMemory) })
    const soFar = await measureRounds({
      ...flags,
      ...how,
      servers: running,
      onRound: (done) => onRound(done, memory()),
    })
    onRound(soFar, memory())
  } finally {
    await Promise.all(running.map((server) => server.stop()))
  }
}

async function startInto(running, server, flags, { core, failures, variables }) {
  const connections = flags.connections ?? server.connections
  const pool = connections && { POOL: String(connections) }
  try {
    running.push(await startServer(server, { core, variables: { ...variables, ...pool } }))
  } catch (error) {
    failures.add(server, undefined, error)
  }
}

/** A scenario that a server answers wrongly is one that it lacks. */
async function dropWrong(server, scenarios, failures) {
  for (const scenario of scenarios) {
    try {
      await checkAnswer(scenario, server)
    } catch (error) {
      failures.add(server, scenario, error)
      server.lacks = [...(server.lacks ?? []), scenario.id]
    }
  }
}

function about(present, { versions }) {
  const servers = present.map((server) => [server.id, server.yardstick ? null : versionOf(server)])
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine: machine(),
    versions: {
      node: process.versions.node,
      rust: rustVersion(),
      load: wrkVersion() ?? 'own generator',
      ...versions,
      servers: Object.fromEntries(servers),
    },
  }
}

const method = ({ seconds, disturbance }, rounds) => ({ rounds, seconds, disturbance })

/** MiB by server, of those that still run. */
const memoryOf = (running, read) =>
  Object.fromEntries(running.filter((server) => !server.hasEnded()).map(({ id, pid }) => [id, Math.round(read(pid))]))

/** Where the load comes from, where the server runs, and when to stop. */
function conditions({ minutes }) {
  const byHttp = wrkVersion() ? loadByWrk : loadBySockets
  if (byHttp === loadBySockets) say('wrk is not installed (apt-get install wrk): a slower generator takes its place')
  const load = (scenario, ...rest) => (scenario.echo ? loadByEcho : byHttp)(scenario, ...rest)
  const failures = new Failures(say)
  return { load, loadCore: 0, core: cpus().length - 1, deadline: Date.now() + minutes * 60_000, failures, say }
}

async function main() {
  const flags = readFlags(process.argv.slice(2))
  if (flags.help) return say(usage)
  checkMachine()
  const unavailable = flags.build ? build(flags.suite) : {}
  const how = { ...conditions(flags), unavailable }
  const surroundings = await flags.suite.open(how)
  try {
    say(`at most ${flags.minutes} minutes for the rounds …`)
    report(await measure(flags, { ...how, ...surroundings }, flags.write ? keepIn(flags.suite) : undefined), flags)
  } finally {
    await surroundings.end()
  }
}

/** By server why it cannot be had. */
function build(suite) {
  prepare(say)
  return suite.prepare(say) ?? {}
}

function report(results, { suite, write }) {
  for (const { what, times } of results.failures) say(`✗ ${what}${times > 1 ? ` (${times} times)` : ''}`)
  // The others' figures are good; that something is missing must not look like success.
  if (results.failures.length > 0) process.exitCode = 1
  if (write) return say(`written: bench/results/${suite.name}.json and the tables of bench/README.md`)
  say(`CPU µs per request\n${cpuTable(results, suite)}\n\nrequests per second\n${rateTable(results, suite)}`)
}

const keepIn = (suite) => (results) => {
  writeFileSync(new URL(`./results/${suite.name}.json`, import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`)
  renderReadme()
}

try {
  await main()
} catch (error) {
  console.error(`✗ ${error.message}`)
  process.exitCode = 1
}
