/** Interleaved rounds: every server meets every scenario once per round, so that a slow minute of the machine hits all alike. */

import { measureCell } from './cell.mjs'
import { median } from './median.mjs'
import { Progress } from './progress.mjs'
import { isAsked } from './scenario.mjs'

/** A disturbed measurement is repeated so often before the round goes on without it. */
const REPEATS = 2

const MEDIANS = ['cpu', 'user', 'rate', 'p50', 'p99', 'busy']
/** What a server works with is measured where there is such a thing. */
const BESIDE = 'beside'

/**
 * Measures until `rounds` are done or the time is up; the first pass only warms up and is thrown away. What fails costs that server that
 * measurement, and the rest of them if it has ended; it is told to `failures`.
 * @param {{ servers, scenarios, load, loadCore: number, seconds: number, disturbance: number, rounds: number, deadline: number,
 *   failures: import('./failures.mjs').Failures, say: (line: string) => void,
 *   beside?: () => number, restore?: () => Promise<void>, onRound?: (soFar: { rounds: number, cells: object }) => void }} options
 * @returns all cells as `cells[scenario][server]`, medians of the valid rounds
 */
export async function measureRounds(options) {
  const { servers, scenarios, rounds, say, deadline, onRound } = options
  const samples = new Map()
  const asked = (scenario) => servers.filter((server) => isAsked(scenario, server))
  const cellsOfRound = scenarios.reduce((sum, scenario) => sum + asked(scenario).length, 0)
  const progress = new Progress({ ...options, total: cellsOfRound * (rounds + 1) })
  const soFar = (done) => ({ rounds: done, cells: summarise(samples, options) })
  let longest = 0
  let done = 0
  for (let round = 0; round <= rounds; round += 1) {
    const begin = Date.now()
    if (begin + longest > deadline) break
    const name = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`
    for (const scenario of scenarios) {
      progress.tell(`${name}: ${scenario.title}`)
      const cells = await measureScenario(scenario, rotate(asked(scenario), round), round > 0 ? REPEATS : 0, options)
      if (round > 0) for (const [id, cell] of cells) push(samples, `${scenario.id} ${id}`, cell)
      progress.add(asked(scenario).length)
    }
    longest = Math.max(longest, Date.now() - begin)
    done = round
    say(`${name}: ${Math.round((Date.now() - begin) / 1000)} s`)
    if (round > 0) onRound?.(soFar(round))
  }
  return soFar(done)
}

async function measureScenario(scenario, servers, repeats, options) {
  const { load, loadCore, seconds, disturbance, deadline, failures, beside, restore } = options
  const cells = []
  for (const server of servers) {
    for (let repeat = 0; repeat <= repeats && !server.hasEnded(); repeat += 1) {
      try {
        if (scenario.writes) await restore()
        const cell = await measureCell(scenario, server, load, { core: loadCore, seconds, disturbance, beside })
        cells.push([server.id, cell])
        if (cell.valid) break
      } catch (error) {
        cells.push([server.id, { valid: false }])
        failures.add(server, scenario, error)
        if (server.hasEnded()) failures.add(server, undefined, new Error(`${server.id} ended during "${scenario.id}"`))
      }
      if (Date.now() > deadline) break
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
      const keys = BESIDE in valid[0] ? [...MEDIANS, BESIDE] : MEDIANS
      for (const key of keys) cell[key] = rounded(median(valid.map((sample) => sample[key])))
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
