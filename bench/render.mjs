/** Writes the tables of README.md from results/*.json; with --check only says whether they are up to date. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suites } from './suites.mjs'
import { besideTable, cpuTable, latencyTable, rateTable } from './tables/cells.mjs'
import { instructionTable } from './tables/instructions.mjs'
import { failureList, memoryTable, nodesTable, startTable } from './tables/more.mjs'
import { losses, targetTable } from './tables/targets.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const readme = at('./README.md')

/** Each part of the README between its markers: the file with the figures and what is made of them. */
const parts = [
  { name: 'http', render: renderHttp },
  { name: 'database', render: renderDatabase },
  { name: 'sqlite', render: renderSqlite },
  { name: 'instructions', render: instructionTable },
]

export function renderReadme() {
  writeFileSync(readme, filled())
}

function filled() {
  return parts.reduce((text, part) => replacePart(text, part), readFileSync(readme, 'utf8'))
}

function replacePart(text, { name, render }) {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`bench/README.md has no ${begin} … ${end}`)
  const file = at(`./results/${name}.json`)
  const content = existsSync(file) ? render(JSON.parse(readFileSync(file, 'utf8'))) : 'Not measured yet.'
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
}

function renderHttp(results) {
  return [
    ...measured(results, suites.http),
    '### CPU per request\nµs of the server process, in brackets the part in user mode. The least in bold (our engine without Node and the system alone are yardsticks, not choices).',
    cpuTable(results, suites.http),
    ...compared(results, suites.http),
    '### Requests per second\nOne core for the server. `*`: the server was not busy, the load was the limit.',
    rateTable(results, suites.http),
    '### Latency\np50 / p99, µs, at full load.',
    latencyTable(results, suites.http),
    ...memory(results, suites.http),
    ...(results.startMs
      ? [
          '### Start\nFrom the creation of the process until it listens, 200 routes; median of 11.',
          startTable(results, suites.http),
        ]
      : []),
    ...(results.nodes
      ? ['### Ours on each Node\nCPU µs per request, the same binary.', nodesTable(results, suites.http)]
      : []),
  ].join('\n\n')
}

function renderDatabase(results) {
  return [
    ...measured(results, suites.database),
    '### CPU per request over PostgreSQL\nµs of the server process, in brackets the part in user mode. The least in bold.',
    cpuTable(results, suites.database),
    "### PostgreSQL's CPU per request\nµs of all its processes.",
    besideTable(results, suites.database),
    ...compared(results, suites.database),
    '### Requests per second over PostgreSQL\nOne core for the server, the other for PostgreSQL and the load. `*`: the server was not busy, the other core was the limit.',
    rateTable(results, suites.database),
    '### Latency over PostgreSQL\np50 / p99, µs, at full load.',
    latencyTable(results, suites.database),
    ...memory(results, suites.database),
  ].join('\n\n')
}

function renderSqlite(results) {
  return [
    ...measured(results, suites.sqlite),
    '### CPU per request over SQLite\nµs of the server process, in brackets the part in user mode. The least in bold.',
    cpuTable(results, suites.sqlite),
    ...compared(results, suites.sqlite),
    '### Requests per second over SQLite\nOne core for the server. `*`: the server was not busy, the load was the limit.',
    rateTable(results, suites.sqlite),
    '### Latency over SQLite\np50 / p99, µs, at full load.',
    latencyTable(results, suites.sqlite),
    ...memory(results, suites.sqlite),
  ].join('\n\n')
}

/** Where the figures come from, and what is missing in them. */
function measured(results, suite) {
  const { machine, versions, method, commit, date, skipped, failures } = results
  const { node, rust, load, servers, ...more } = versions
  const named = suite.servers.filter(({ id }) => servers[id]).map(({ id, title }) => `${title} ${servers[id]}`)
  const tools = [`Node ${node}`, `rustc ${rust}`, load, ...Object.entries(more).map((pair) => pair.join(' '))]
  return [
    `Measured ${date.slice(0, 10)} at commit ${commit.id}${commit.changed ? ' with uncommitted changes' : ''}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, kernel ${machine.kernel}; ${tools.join(', ')}. Medians of ${method.rounds} interleaved rounds of ${method.seconds} s; ${thrownAway(results)} ${named.join(', ')}.`,
    ...skipped,
    ...(failures?.length ? [`What failed, and has no figures below or fewer:\n\n${failureList(results, suite)}`] : []),
  ]
}

const compared = (results, suite) => [
  '### Targets',
  targetTable(results, suite),
  '### Where we lose',
  losses(results, suite),
]

const memory = (results, suite) =>
  results.memoryMiB.peak
    ? [
        '### Memory\nResident, MiB: started, the most while all scenarios ran, and after them.',
        memoryTable(results, suite),
      ]
    : []

/** How many measurements say nothing because something else was running. */
function thrownAway({ cells, method }) {
  const all = Object.values(cells).flatMap((row) => Object.values(row))
  const sum = (pick) => all.reduce((total, cell) => total + pick(cell), 0)
  const discarded = sum((cell) => cell.discarded)
  return `${discarded} of ${discarded + sum((cell) => cell.valid)} measurements were thrown away because something else used more than ${Math.round(method.disturbance * 100)} % of a core.`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) renderReadme()
  else if (filled() === readFileSync(readme, 'utf8')) console.log('bench/README.md equals bench/results')
  else {
    console.error('✗ bench/README.md differs from bench/results\n  → node bench/render.mjs')
    process.exitCode = 1
  }
}
