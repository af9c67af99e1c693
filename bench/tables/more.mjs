/** Memory, starting, and ours on each Node. */
import { figure, table } from './markdown.mjs'

/** Resident memory before, during and after all scenarios, MiB. */
export function memoryTable({ memoryMiB: { idle, loaded, peak } }, { servers }) {
  const columns = servers.filter(({ id }) => loaded[id])
  return table([
    ['MiB', ...columns.map(({ title }) => title)],
    ['started', ...columns.map(({ id }) => String(idle[id]))],
    ['most under load', ...columns.map(({ id }) => String(peak[id]))],
    ['after the run', ...columns.map(({ id }) => String(loaded[id]))],
  ])
}

/** From the creation of the process until it listens. */
export function startTable({ startMs }, { servers }) {
  const columns = servers.filter(({ id }) => startMs[id])
  const base = startMs['node-http']
  return table([
    ['', ...columns.map(({ title }) => title)],
    ['ms', ...columns.map(({ id }) => figure(startMs[id]))],
    ...(base ? [['of node:http', ...columns.map(({ id }) => figure(startMs[id] / base))]] : []),
  ])
}

/** What went wrong, and with whom. */
export function failureList({ failures }, { servers, scenarios }) {
  return failures
    .map(({ server, scenario, what, times }) => {
      const [of, where] = [
        servers.find(({ id }) => id === server)?.title ?? server,
        scenario && scenarios.find(({ id }) => id === scenario).title,
      ]
      return `- ${of}${where ? `, ${where}` : ''}${times > 1 ? `, ${times} times` : ''}: ${what.split('\n')[0]}`
    })
    .join('\n')
}

/** CPU µs per request on each Node. */
export function nodesTable({ nodes: { versions, cells } }, { scenarios }) {
  const ids = Object.keys(versions)
  const rows = scenarios.filter(({ id }) => cells[id])
  const text = (cell) => (cell ? `${figure(cell.cpu)} (${figure(cell.user)})` : '–')
  return table([
    ['', ...ids.map((id) => `Node ${versions[id]}`)],
    ...rows.map(({ id, title }) => [title, ...ids.map((node) => text(cells[id][node]))]),
  ])
}
