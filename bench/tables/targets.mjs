/** What the figures must reach. */
import { figure, table } from './markdown.mjs'

/**
 * What one of our servers must need or do in a scenario: as a multiple of what another one does or, without `of`, as it is.
 * @typedef {object} Target
 * @property {string} scenario
 * @property {string} ours id of the server of ours
 * @property {string} [of] id of the server that it is compared with
 * @property {'cpu' | 'rate'} [figure] CPU µs per request, or requests per second @default 'cpu'
 * @property {number} [most]
 * @property {number} [least]
 */

const MISSED = '**missed**'

/** One row per target: the figure and whether it is met. */
export function targetTable(results, suite) {
  const named = suite.ours.length > 1
  const rows = [...suite.targets.flatMap((target) => targetRow(target, results, suite)), ...startRow(results, suite)]
  const head = ['', ...(named ? ['of'] : []), 'compared with', named ? 'figure' : 'ratio', 'target', '']
  return table([head, ...rows.map(([title, ours, ...rest]) => [title, ...(named ? [ours] : []), ...rest])])
}

function targetRow({ scenario, ours, of, figure: key = 'cpu', most, least }, { cells }, { servers, scenarios }) {
  const [mine, other] = [cells[scenario]?.[ours], cells[scenario]?.[of]]
  if (!mine || (of && !other)) return []
  const value = of ? mine[key] / other[key] : mine[key]
  const unit = of || key === 'rate' ? '' : ' µs'
  const met = most === undefined ? value >= least : value <= most
  const title = titleOf(scenarios, scenario) + (key === 'rate' ? ', requests per second' : '')
  const limit = most === undefined ? `≥ ${least}${unit}` : `≤ ${most}${unit}`
  const [who, whom] = [titleOf(servers, ours), of ? titleOf(servers, of) : '–']
  return [[title, who, whom, figure(value) + unit, limit, met ? 'met' : MISSED]]
}

function startRow({ startMs }, { servers }) {
  if (!startMs?.ours || !startMs['node-http']) return []
  const ratio = startMs.ours / startMs['node-http']
  const [who, whom] = [titleOf(servers, 'ours'), titleOf(servers, 'node-http')]
  return [['Start with 200 routes', who, whom, figure(ratio), '≤ 1.2', ratio <= 1.2 ? 'met' : MISSED]]
}

/** Every scenario in which a server that one could choose needs less CPU than the best of ours. */
export function losses({ cells }, { servers, scenarios, ours }) {
  const lines = Object.entries(cells).flatMap(([id, row]) => {
    const best = Math.min(...ours.map((one) => row[one]?.cpu ?? Number.POSITIVE_INFINITY))
    if (best === Number.POSITIVE_INFINITY) return []
    const others = servers.filter((server) => !server.yardstick && !ours.includes(server.id))
    const ahead = others.filter((server) => row[server.id]?.cpu < best)
    if (ahead.length === 0) return []
    const list = ahead.map((server) => `${server.title} (${figure(row[server.id].cpu)} µs)`).join(', ')
    return [`- ${titleOf(scenarios, id)}: ours ${figure(best)} µs, less is needed by ${list}.`]
  })
  return lines.length ? lines.join('\n') : 'In none of these scenarios, in this run.'
}

const titleOf = (rows, id) => rows.find((row) => row.id === id).title
