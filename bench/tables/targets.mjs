/** What the figures must reach: our CPU per request as a multiple of another server's. */
import { scenarios } from '../scenarios.mjs'
import { servers } from '../servers.mjs'
import { figure, table } from './markdown.mjs'

const native = scenarios.filter((scenario) => scenario.native).map(({ id }) => id)

/** @type {Array<{ scenarios: string[], of: string, most: number }>} */
export const targets = [
  { scenarios: ['json'], of: 'raw', most: 1.25 },
  { scenarios: ['json'], of: 'node-http', most: 0.36 },
  { scenarios: ['json'], of: 'bun', most: 1 },
  { scenarios: ['json'], of: 'uws', most: 1 },
  { scenarios: native, of: 'raw', most: 1.05 },
]

/** One row per target and scenario: the ratio and whether it is met. */
export function targetTable({ cells }) {
  const rows = targets.flatMap(({ scenarios: ids, of, most }) =>
    ids.flatMap((id) => {
      const [ours, other] = [cells[id]?.ours, cells[id]?.[of]]
      if (!ours || !other) return []
      const ratio = ours.cpu / other.cpu
      return [
        [
          titleOf(scenarios, id),
          titleOf(servers, of),
          figure(ratio),
          `≤ ${most}`,
          ratio <= most ? 'met' : '**missed**',
        ],
      ]
    }),
  )
  return table([['CPU per request', 'compared with', 'ratio', 'target', ''], ...rows])
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
