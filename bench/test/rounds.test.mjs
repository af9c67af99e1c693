import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failures } from '../harness/failures.mjs'
import { measureRounds } from '../harness/rounds.mjs'
import { suites } from '../suites.mjs'
import { failureList } from '../tables/more.mjs'

const scenarios = [
  { id: 'json', title: 'JSON', status: 200 },
  { id: 'params', title: 'Path parameter', status: 200 },
]
const fine = { requests: 1000, microseconds: 1e6, p50: 1, p99: 2, statusErrors: 0, socketErrors: 0 }

/** A server of the table that this very process stands for. */
const server = (id, more) => ({ id, pid: process.pid, ports: { main: id }, hasEnded: () => false, ...more })

async function run(servers, load, more = {}) {
  const lines = []
  const say = (line) => lines.push(line)
  const failures = new Failures(say)
  const options = { loadCore: 0, seconds: 1, disturbance: 1e9, rounds: 2, deadline: Number.POSITIVE_INFINITY }
  const { cells, rounds } = await measureRounds({ ...options, servers, scenarios, load, failures, say, ...more })
  return { cells, rounds, failures: failures.list, lines }
}

test('a server that fails in one scenario keeps its other figures and costs nobody else any', async () => {
  const load = async ({ id }, port) => (port === 'uws' && id === 'json' ? { ...fine, socketErrors: 3 } : fine)
  const { cells, failures } = await run([server('ours'), server('uws')], load)
  assert.equal(cells.json.ours.valid, 2)
  assert.equal(cells.params.uws.valid, 2)
  assert.equal(cells.json.uws, undefined)
  assert.equal(failures.length, 1)
  assert.match(failureList({ failures }, suites.http), /^- uWebSockets\.js, JSON, \d+ times: .*3 socket errors$/)
})

test('one failure among good measurements is thrown away and told', async () => {
  let asked = 0
  const load = async () => {
    asked += 1
    if (asked === 4) throw new Error('the load lost its way')
    return fine
  }
  const { cells, failures } = await run([server('ours')], load)
  assert.deepEqual([cells.params.ours.valid, cells.params.ours.discarded], [2, 1])
  assert.deepEqual(failures, [{ server: 'ours', scenario: 'params', what: 'the load lost its way', times: 1 }])
})

test('a server that has ended is not asked again', async () => {
  const asked = []
  let gone = false
  const load = async ({ id }, port) => {
    asked.push(`${port} ${id}`)
    if (port !== 'bun') return fine
    gone = true
    throw new Error('connection refused')
  }
  const { cells, failures } = await run([server('ours'), server('bun', { hasEnded: () => gone })], load)
  assert.deepEqual(
    asked.filter((one) => one.startsWith('bun')),
    ['bun json'],
  )
  assert.equal(cells.params.ours.valid, 2)
  assert.match(failures.at(-1).what, /bun ended during "json"/)
})

test('what a server works with is measured beside it, and what is written is made good before each measurement', async () => {
  const done = []
  let beside = 0
  const load = async ({ id }) => {
    done.push(id)
    beside += 5000
    return fine
  }
  const restore = async () => void done.push('restore')
  const rows = [{ ...scenarios[0], writes: true }, scenarios[1]]
  const { cells } = await run([server('ours')], load, { scenarios: rows, rounds: 1, beside: () => beside, restore })
  assert.equal(cells.json.ours.beside, 5)
  assert.deepEqual(done, ['restore', 'json', 'params', 'restore', 'json', 'params'])
})

test('it says how far it is and hands over what there is after each round', async () => {
  const kept = []
  const { lines } = await run([server('ours')], async () => fine, { onRound: (soFar) => kept.push(soFar) })
  assert.deepEqual(
    kept.map(({ rounds }) => rounds),
    [1, 2],
  )
  assert.equal(kept[0].cells.json.ours.valid, 1)
  assert.match(lines[0], /^\[ 0 %, about \d+ s left\] warm-up: JSON$/)
  assert.match(
    lines.find((line) => line.includes('round 2 of 2: JSON')),
    /^\[66 %, about 0 s left\]/,
  )
})
