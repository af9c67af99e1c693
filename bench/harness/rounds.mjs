/** Interleaved rounds: every server meets every scenario once per round, so that a slow minute of the machine hits all alike. */
import { isAsked } from '../scenarios.mjs'
import { measureCell } from './cell.mjs'
import { median } from './median.mjs'

/** A disturbed measurement is repeated so often before the round goes on without it. */
const REPEATS = 2

const MEDIANS = ['cpu', 'user', 'rate', 'p50', 'p99', 'busy']

/**
 * Measures until `rounds` are done or the time is up; the first pass only warms up and is thrown away.
 * @param {{ servers, scenarios, load, loadCore: number, seconds: number, disturbance: number, rounds: number, deadline: number, say: (line: string) => void }} options
 * @returns all cells as `cells[scenario][server]`, medians of the valid rounds
 */
export async function measureRounds(options) {
  const { servers, scenarios, rounds, say, deadline } = options
  const samples = new Map()
  let longest = 0
  let done = 0
  for (let round = 0; round <= rounds; round += 1) {
    const begin = Date.now()
    if (begin + longest > deadline) break
    for (const scenario of scenarios) {
      const cells = await measureScenario(scenario, rotate(servers, round), round > 0 ? REPEATS : 0, options)
      if (round > 0) for (const [id, cell] of cells) push(samples, `${scenario.id} ${id}`, cell)
    }
    longest = Math.max(longest, Date.now() - begin)
    done = round
    say(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${Math.round((Date.now() - begin) / 1000)} s`)
  }
  return { rounds: done, cells: summarise(samples, options) }
}

async function measureScenario(scenario, servers, repeats, { load, loadCore, seconds, disturbance, deadline }) {
  const cells = []
  for (const server of servers.filter((candidate) => isAsked(scenario, candidate))) {
    for (let repeat = 0; repeat <= repeats; repeat += 1) {
      const cell = await measureCell(scenario, server, load, { core: loadCore, seconds, disturbance })
      cells.push([server.id, cell])
      if (cell.valid || Date.now() > deadline) break
    }
  }
  return cells
}

function summarise(samples, { scenarios, servers }) {
  const cells = {}
  for (const scenario of scenarios) {
    cells[scenario.id] = {}
    for (const server of servers) {
      const all = samples.get(`${scenario.id} ${server.id}`) ?? []
      const valid = all.filter((sample) => sample.valid)
      if (valid.length === 0) continue
      const cell = { valid: valid.length, discarded: all.length - valid.length }
      for (const key of MEDIANS) cell[key] = rounded(median(valid.map((sample) => sample[key])))
      const cpus = valid.map((sample) => sample.cpu)
      cells[scenario.id][server.id] = { ...cell, spread: [rounded(Math.min(...cpus)), rounded(Math.max(...cpus))] }
    }
  }
  return cells
}

function push(map, key, value) {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

const rotate = (list, by) => list.map((_, index) => list[(index + by) % list.length])
const rounded = (number) => Number(number.toPrecision(4))
