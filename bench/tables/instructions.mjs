/** Instructions in user mode per request: one row per scenario, one column per server. */
import { scenarios } from '../scenarios.mjs'
import { servers } from '../servers.mjs'
import { figure, table } from './markdown.mjs'

export function instructionTable({ cells, date, commit, requests }) {
  const columns = servers.filter(({ id }) => Object.values(cells).some((row) => row[id]))
  const rows = scenarios.filter(({ id }) => cells[id])
  const head = ['', ...columns.map(({ title }) => title)]
  const body = rows.map(({ id, title }) => [title, ...columns.map((server) => figure(cells[id][server.id] ?? 0))])
  const origin = `Counted ${date.slice(0, 10)} at commit ${commit.id}${commit.changed ? ' with uncommitted changes' : ''} over ${requests} requests each.`
  return `${origin}\n\n${table([head, ...body])}`
}
