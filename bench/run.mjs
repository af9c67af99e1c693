/** Measures every server in every scenario and renders the tables: `node bench/run.mjs --help`. */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { make } from './app/made.mjs'
import { checkAnswer } from './harness/conformance.mjs'
import { loadByEcho } from './harness/echo.mjs'
import { readFlags, usage } from './harness/flags.mjs'
import { commit, machine, rustVersion } from './harness/machine.mjs'
import { checkMachine, prepare } from './harness/prepare.mjs'
import { residentMemory } from './harness/proc.mjs'
import { measureRounds } from './harness/rounds.mjs'
import { startServer } from './harness/server-process.mjs'
import { loadBySockets } from './harness/socket-load.mjs'
import { loadByWrk, wrkVersion } from './harness/wrk.mjs'
import { renderReadme } from './render.mjs'
import { missing, versionOf } from './servers.mjs'
import { cpuTable } from './tables/cells.mjs'

const say = (line) => console.log(line)

/** @returns the content of results/http.json */
async function measure(flags) {
  const origin = { date: new Date().toISOString(), commit: commit(), machine: machine() }
  const deadline = Date.now() + flags.minutes * 60_000
  const wrk = wrkVersion()
  if (!wrk) say('wrk is not installed (apt-get install wrk): a slower generator takes its place')
  const [loadCore, core] = [0, cpus().length - 1]
  const skipped = flags.servers.map(missing).filter(Boolean)
  for (const line of skipped) say(line)
  const present = flags.servers.filter((server) => !missing(server))
  const running = []
  try {
    for (const server of present) running.push(await startServer(server, { core }))
    for (const server of running) for (const scenario of flags.scenarios) await checkAnswer(scenario, server)
    say(`${running.length} servers give the right answers; measuring …`)
    const load = (scenario, ...rest) =>
      (scenario.echo ? loadByEcho : wrk ? loadByWrk : loadBySockets)(scenario, ...rest)
    const { rounds, cells } = await measureRounds({ ...flags, servers: running, load, loadCore, deadline, say })
    return {
      ...origin,
      versions: {
        node: process.versions.node,
        rust: rustVersion(),
        load: wrk ?? 'own generator',
        servers: Object.fromEntries(present.map((server) => [server.id, server.yardstick ? null : versionOf(server)])),
      },
      method: { rounds, seconds: flags.seconds, disturbance: flags.disturbance },
      skipped,
      cells,
      memoryMiB: Object.fromEntries(running.map(({ id, pid }) => [id, Math.round(residentMemory(pid))])),
    }
  } finally {
    await Promise.all(running.map((server) => server.stop()))
  }
}

async function main() {
  const flags = readFlags(process.argv.slice(2))
  if (flags.help) return say(usage)
  checkMachine()
  if (flags.build) prepare(say)
  make()
  const results = await measure(flags)
  if (!flags.write) return say(cpuTable(results))
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
