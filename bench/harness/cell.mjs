/** One cell of the table in one round: one server, one scenario, some seconds of load. */

import { cpuSpent, cpuTime, machineTime, ownTime } from './proc.mjs'
import { portOf } from './scenario.mjs'

/**
 * @param {(scenario, port, options) => Promise<object>} load
 * @param {{ core: number, seconds: number, disturbance: number, beside?: () => number }} options `beside`: µs that what the server works with has
 *   used so far
 * @returns {Promise<{ valid: boolean, disturbance: number, cpu: number, user: number, beside?: number, rate: number, p50: number, p99: number, busy: number }>}
 *   cpu, user and beside in µs per request (per event where a response has many), rate in requests per second, p50 and p99 in µs, busy as a share of the server's core
 */
export async function measureCell(scenario, server, load, { core, seconds, disturbance: most, beside }) {
  const now = () => ({ cpu: cpuTime(server.pid), beside: beside?.() ?? 0, machine: machineTime(), own: ownTime() })
  const before = now()
  const result = await load(scenario, portOf(scenario, server), { core, seconds })
  const after = now()
  refuseErrors(scenario, server, result)
  const count = result.requests * (scenario.parts ?? 1)
  const spent = cpuSpent(before.cpu, after.cpu)
  const helped = after.beside - before.beside
  const others = after.machine - before.machine - spent.total - helped - (after.own - before.own)
  const disturbance = Math.max(0, others / result.microseconds)
  return {
    // No request at all: the machine gave load or server no turn in this time.
    valid: disturbance <= most && result.requests > 0,
    disturbance,
    cpu: spent.total / count,
    user: spent.user / count,
    ...(beside ? { beside: helped / count } : {}),
    rate: (count * 1e6) / result.microseconds,
    p50: result.p50,
    p99: result.p99,
    busy: spent.total / result.microseconds,
  }
}

function refuseErrors(scenario, server, { requests, statusErrors, socketErrors }) {
  const expected = scenario.status >= 400 ? requests : 0
  // wrk counts a response that arrives after its clock stopped as a status, not as a request.
  const wrong = Math.abs(statusErrors - expected) > 64 * (scenario.pipeline ?? 1)
  if (!wrong && socketErrors === 0) return
  throw new Error(
    `${server.id} failed under load in "${scenario.id}": ${requests} requests, ${statusErrors} of them with a status of 400 or above, ${socketErrors} socket errors`,
  )
}
