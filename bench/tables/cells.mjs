/** One row per scenario, one column per server. */
import { scenarios } from '../scenarios.mjs'
import { servers } from '../servers.mjs'
import { figure, table } from './markdown.mjs'

/** Below this share of its core a server was waiting for the load, and its rate is the client's. */
const BUSY = 0.95

/** CPU µs of the server per request, in brackets the part in user mode; the least of each row in bold. */
export const cpuTable = (results) => grid(results, (cell) => `${figure(cell.cpu)} (${figure(cell.user)})`, leastCpu)

/** Requests per second; `*` where the server was not busy. */
export const rateTable = (results) => grid(results, (cell) => figure(cell.rate) + (cell.busy < BUSY ? '*' : ''))

/** Median and 99th percentile in µs; with pipelining wrk's clock says nothing about a single request. */
export const latencyTable = (results) =>
  grid(results, (cell, scenario) => (scenario.pipeline ? '–' : `${figure(cell.p50)} / ${figure(cell.p99)}`))

function grid(results, text, bold = () => undefined) {
  const columns = servers.filter(({ id }) => Object.values(results.cells).some((row) => row[id]))
  const rows = scenarios.filter(({ id }) => results.cells[id])
  return table([
    ['', ...columns.map(({ title }) => title)],
    ...rows.map((scenario) => {
      const row = results.cells[scenario.id]
      const best = bold(row)
      const cells = columns.map(({ id }) => (row[id] ? text(row[id], scenario) : '–'))
      return [scenario.title, ...cells.map((cell, index) => (columns[index].id === best ? `**${cell}**` : cell))]
    }),
  ])
}

function leastCpu(row) {
  const entries = servers.filter(({ id, yardstick }) => row[id] && !yardstick).map(({ id }) => [id, row[id].cpu])
  return entries.sort((a, b) => a[1] - b[1])[0]?.[0]
}
