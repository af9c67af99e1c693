/** One row per scenario, one column per server. */
import { figure, table } from './markdown.mjs'

/** Below this share of its core a server was waiting for the load, and its rate is the client's. */
const BUSY = 0.95

/** CPU µs of the server per request, in brackets the part in user mode; the least of each row in bold. */
export const cpuTable = (results, suite) =>
  grid(results, suite, (cell) => `${figure(cell.cpu)} (${figure(cell.user)})`, leastCpu)

/** Requests per second; `*` where the server was not busy. */
export const rateTable = (results, suite) =>
  grid(results, suite, (cell) => figure(cell.rate) + (cell.busy < BUSY ? '*' : ''))

/** Median and 99th percentile in µs; with pipelining wrk's clock says nothing about a single request. */
export const latencyTable = (results, suite) =>
  grid(results, suite, (cell, scenario) => (scenario.pipeline ? '–' : `${figure(cell.p50)} / ${figure(cell.p99)}`))

/** CPU µs per request of what the servers work with. */
export const besideTable = (results, suite) => grid(results, suite, (cell) => figure(cell.beside))

function grid(results, { servers, scenarios }, text, bold = () => undefined) {
  const columns = servers.filter(({ id }) => Object.values(results.cells).some((row) => row[id]))
  const rows = scenarios.filter(({ id }) => results.cells[id])
  return table([
    ['', ...columns.map(({ title }) => title)],
    ...rows.map((scenario) => {
      const row = results.cells[scenario.id]
      const best = bold(row, servers)
      const cells = columns.map(({ id }) => (row[id] ? text(row[id], scenario) : '–'))
      return [scenario.title, ...cells.map((cell, index) => (columns[index].id === best ? `**${cell}**` : cell))]
    }),
  ])
}

function leastCpu(row, servers) {
  const entries = servers.filter(({ id, yardstick }) => row[id] && !yardstick).map(({ id }) => [id, row[id].cpu])
  return entries.sort((a, b) => a[1] - b[1])[0]?.[0]
}
