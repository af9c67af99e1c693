/** What the figures must reach: our CPU per request as a multiple of another server's. */
import { scenarios } from '../scenarios.mjs'
import { servers } from '../servers.mjs'
import { figure, table } from './markdown.mjs'

const native = scenarios.filter((scenario) => scenario.native).map(({ id }) => id)

const MISSED = '**missed**'

/** Of CPU time per request. @type {Array<{ scenarios: string[], of: string, most: number }>} */
export const targets = [
  { scenarios: ['json'], of: 'raw', most: 1.15 },
  { scenarios: ['json'], of: 'uws', most: 0.95 },
  { scenarios: ['json'], of: 'bun', most: 0.9 },
  { scenarios: ['json'], of: 'elysia', most: 0.9 },
  { scenarios: ['json'], of: 'node-http', most: 0.33 },
  { scenarios: ['json'], of: 'fastify', most: 0.33 },
  { scenarios: native, of: 'raw', most: 1.05 },
]

/** Pipelined, as the least of our requests per second in theirs. */
export const pipelined = [
  { of: 'uws', least: 1.5 },
  { of: 'bun', least: 5 },
  { of: 'node-http', least: 20 },
]

/** One row per target and scenario: the ratio and whether it is met. */
export function targetTable(results) {
  const rows = [...cpuRows(results), ...rateRows(results), ...startRow(results)]
  return table([['', 'compared with', 'ratio', 'target', ''], ...rows])
}

function rateRows({ cells }) {
  return pipelined.flatMap(({ of, least }) => {
    const [ours, other] = [cells.pipelined?.ours, cells.pipelined?.[of]]
    if (!ours || !other) return []
    const ratio = ours.rate / other.rate
    const title = `${titleOf(scenarios, 'pipelined')}, requests per second`
    return [[title, titleOf(servers, of), figure(ratio), `≥ ${least}`, ratio >= least ? 'met' : MISSED]]
  })
}

function startRow({ startMs }) {
  if (!startMs?.ours || !startMs['node-http']) return []
  const ratio = startMs.ours / startMs['node-http']
  return [
    ['Start with 200 routes', titleOf(servers, 'node-http'), figure(ratio), '≤ 1.2', ratio <= 1.2 ? 'met' : MISSED],
  ]
}

function cpuRows({ cells }) {
  return targets.flatMap(({ scenarios: ids, of, most }) =>
    ids.flatMap((id) => {
      const [ours, other] = [cells[id]?.ours, cells[id]?.[of]]
      if (!ours || !other) return []
      const ratio = ours.cpu / other.cpu
      return [
        [titleOf(scenarios, id), titleOf(servers, of), figure(ratio), `≤ ${most}`, ratio <= most ? 'met' : MISSED],
      ]
    }),
  )
}

/** Every scenario in which a server that one could choose needs less CPU than ours. */
export function losses({ cells }) {
  const lines = Object.entries(cells).flatMap(([id, row]) => {
    const ahead = servers.filter((server) => !server.yardstick && row.ours && row[server.id]?.cpu < row.ours.cpu)
    if (ahead.length === 0) return []
    const list = ahead.map((server) => `${server.title} (${figure(row[server.id].cpu)} µs)`).join(', ')
    return [`- ${titleOf(scenarios, id)}: ours ${figure(row.ours.cpu)} µs, less is needed by ${list}.`]
  })
  return lines.length ? lines.join('\n') : 'In none of these scenarios, in this run.'
}

const titleOf = (rows, id) => rows.find((row) => row.id === id).title
