/**
 * Runs the Autobahn test suite against the hosts of this package, and prints what is not strictly as it should be.
 *
 *   node test/conformance/autobahn.mjs --wstest <program> [--cases 1.*,2.*] [--agents engine,fallback]
 *
 * The suite needs Python 2.7: `virtualenv -p python2.7 autobahn && autobahn/bin/pip install autobahntestsuite==0.8.2`, then
 * `--wstest autobahn/bin/wstest`. Ends with 1 when a case fails.
 */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const server = fileURLToPath(new URL('./autobahn-server.mjs', import.meta.url))
/** Name, environment and options of each server. */
const agents = {
  engine: { core: 'native', listen: {}, contextTakeover: false },
  'engine-context': { core: 'native', listen: {}, contextTakeover: true },
  thread: { core: 'native', listen: { io: 'thread' }, contextTakeover: false },
  fallback: { core: 'fallback', listen: {}, contextTakeover: false },
}

const { values } = parseArgs({
  options: {
    wstest: { type: 'string' },
    cases: { type: 'string', default: '*' },
    agents: { type: 'string', default: Object.keys(agents).join() },
  },
})
if (values.wstest === undefined) {
  console.error('Give the program of the suite: --wstest <path>. The head of this file says how to install it.')
  process.exit(2)
}

const folder = await mkdtemp(join(tmpdir(), 'autobahn-'))
const running = []
try {
  const servers = []
  for (const name of values.agents.split(',')) {
    const { core, ...options } =
      agents[name] ?? fail(`there is no agent '${name}', but ${Object.keys(agents).join(', ')}`)
    const child = fork(server, [JSON.stringify(options)], { env: { ...process.env, BOLT_CORE: core } })
    running.push(child)
    // Otherwise the suite would only say that nobody answers.
    child.once('exit', (code, signal) => {
      if (child.killed) return
      console.error(`the server of ${name} ended: ${signal ?? `exit code ${code}`}`)
      process.exitCode = 1
    })
    const [port] = await once(child, 'message')
    servers.push({ agent: name, url: `ws://127.0.0.1:${port}` })
  }
  const spec = {
    outdir: folder,
    servers,
    cases: values.cases.split(','),
    'exclude-cases': [],
    'exclude-agent-cases': {},
  }
  await writeFile(join(folder, 'spec.json'), JSON.stringify(spec))
  const begin = ['-m', 'fuzzingclient', '-s', join(folder, 'spec.json')]
  await promisify(execFile)(values.wstest, begin, { maxBuffer: 64 * 1024 * 1024 })
  if (report(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))) > 0) process.exitCode = 1
} finally {
  for (const child of running) child.kill()
  await rm(folder, { recursive: true, force: true })
}

/** Prints counts and exceptions; how many cases failed. */
function report(index) {
  let failed = 0
  for (const [agent, cases] of Object.entries(index)) {
    const all = Object.entries(cases)
    const of = (behavior) => all.filter(([, result]) => result.behavior === behavior).map(([id]) => id)
    const bad = all.filter(([, { behavior, behaviorClose }]) =>
      [behavior, behaviorClose].some((one) => !['OK', 'NON-STRICT', 'INFORMATIONAL', 'UNIMPLEMENTED'].includes(one)),
    )
    failed += bad.length
    console.log(`${agent}: ${all.length} cases, ${of('OK').length} strictly as they should be, ${bad.length} failed`)
    for (const behavior of ['NON-STRICT', 'INFORMATIONAL', 'UNIMPLEMENTED'])
      if (of(behavior).length > 0) console.log(`  ${behavior.toLowerCase()}: ${of(behavior).join(', ')}`)
    for (const [id, { behavior, behaviorClose }] of bad) console.log(`  ${id}: ${behavior}, end ${behaviorClose}`)
  }
  return failed
}

function fail(message) {
  throw new Error(message)
}
