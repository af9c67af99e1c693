import { type DatabaseReport, STATEMENT_BOUNDS } from './databases.ts'
import type { Histogram } from './histogram.ts'
import { BOUNDS, type Report, sumOf } from './snapshot.ts'

/** Content type of the Prometheus text format. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** What a route is called in metrics and log lines. */
export interface RouteLabel {
  method: string
  path: string
}

/** Labels of requests that reached no route. */
const NO_ROUTE: RouteLabel = { method: '', path: '' }

type Labels = Readonly<Record<string, string>>
type Kind = 'counter' | 'gauge'

/** The metrics of one or several processes in the Prometheus text format. `labels` are by route id, so that there are never more than routes. */
export function renderMetrics(reports: readonly Report[], labels: readonly RouteLabel[]): string {
  const { stats, metrics, databases } = sumOf(reports)
  const lines: string[] = []
  const single = (name: string, kind: Kind, help: string, value: number): void => {
    head(lines, name, kind, help)
    lines.push(`${name} ${value}`)
  }
  const byRoute = metrics.routes.map((counts) => {
    const { method, path } = labels[counts.route] ?? NO_ROUTE
    return { counts, labels: { method, route: path } }
  })
  head(lines, 'bolt_http_requests_total', 'counter', 'Answered requests by route and class of status.')
  for (const { counts, labels } of byRoute) {
    for (const [digit, count] of counts.classes.entries()) {
      if (count > 0) lines.push(sample('bolt_http_requests_total', { ...labels, status: `${digit}xx` }, count))
    }
  }
  const duration = 'bolt_http_request_duration_seconds'
  head(lines, duration, 'histogram', 'Time from the head of a request to the head of its response.')
  for (const { counts, labels } of byRoute) histogram(lines, duration, labels, counts)
  const waiting = 'bolt_javascript_wait_seconds'
  head(lines, waiting, 'histogram', 'Time that requests waited for JavaScript after they were complete.')
  histogram(lines, waiting, {}, metrics.waiting)
  single('bolt_javascript_calls_total', 'counter', 'Requests that were handed to JavaScript.', stats.javascriptCalls)
  single('bolt_queries_total', 'counter', 'Statements sent to a database without entering JavaScript.', stats.queries)
  single('bolt_native_answers_total', 'counter', 'Answers made without JavaScript.', stats.nativeAnswers)
  single('bolt_websocket_open', 'gauge', 'Open WebSockets.', stats.sockets)
  single('bolt_http_requests_in_flight', 'gauge', 'Requests that wait for a handler or its answer.', stats.inFlight)
  single('bolt_http_connections', 'gauge', 'Open connections.', stats.connections)
  single('bolt_http_connections_total', 'counter', 'Connections since the start.', stats.connectionsTotal)
  single('bolt_http_received_bytes_total', 'counter', 'Bytes read from connections.', stats.bytesReceived)
  single('bolt_http_sent_bytes_total', 'counter', 'Bytes written to connections.', stats.bytesSent)
  if (databases.length > 0) renderDatabases(lines, databases)
  return `${lines.join('\n')}\n`
}

function renderDatabases(lines: string[], databases: readonly DatabaseReport[]): void {
  const each = (
    name: string,
    kind: Kind | 'histogram',
    help: string,
    write: (report: DatabaseReport, labels: Labels) => void,
  ): void => {
    head(lines, name, kind, help)
    for (const report of databases) write(report, { system: report.system, database: report.database })
  }
  const total = 'bolt_database_statements_total'
  each(total, 'counter', 'Statements that are over, by their texts without values.', ({ statements }, labels) => {
    for (const [statement, { done, failed }] of Object.entries(statements)) {
      lines.push(sample(total, { ...labels, statement, outcome: 'done' }, done))
      lines.push(sample(total, { ...labels, statement, outcome: 'failed' }, failed))
    }
  })
  const duration = 'bolt_database_statement_duration_seconds'
  each(duration, 'histogram', 'Time from a statement being asked for to its answer.', ({ statements }, labels) => {
    for (const [statement, counts] of Object.entries(statements)) {
      histogram(lines, duration, { ...labels, statement }, counts, STATEMENT_BOUNDS)
    }
  })
  const failures = 'bolt_database_failures_total'
  each(failures, 'counter', 'Statements that failed, by code.', (report, labels) => {
    for (const [code, count] of Object.entries(report.failures))
      lines.push(sample(failures, { ...labels, code }, count))
  })
  const wait = 'bolt_database_wait_seconds'
  each(wait, 'histogram', 'Time that statements and transactions waited for a connection.', ({ waiting }, labels) =>
    histogram(lines, wait, labels, waiting, STATEMENT_BOUNDS),
  )
  const open = 'bolt_database_connections'
  each(open, 'gauge', 'Open connections to the database.', ({ connections }, labels) => {
    for (const state of ['used', 'idle'] as const) lines.push(sample(open, { ...labels, state }, connections[state]))
  })
  for (const [name, kind, help, field] of OF_CONNECTIONS) {
    each(name, kind, help, ({ connections }, labels) => lines.push(sample(name, labels, connections[field])))
  }
}

const OF_CONNECTIONS = [
  ['bolt_database_connections_max', 'gauge', 'Most connections that there may be.', 'max'],
  ['bolt_database_waiting', 'gauge', 'Statements and transactions that wait for a connection.', 'waiting'],
  ['bolt_database_connections_total', 'counter', 'Connections made since the start.', 'made'],
  ['bolt_database_connections_refused_total', 'counter', 'Connections that could not be made.', 'refused'],
] as const

function head(lines: string[], name: string, kind: Kind | 'histogram', help: string): void {
  lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`)
}

function histogram(lines: string[], name: string, labels: Labels, { buckets, sum }: Histogram, bounds = BOUNDS): void {
  let count = 0
  for (const [index, value] of buckets.entries()) {
    count += value
    const bound = bounds[index]
    const le = bound === undefined ? '+Inf' : String(bound / 1_000_000)
    lines.push(sample(`${name}_bucket`, { ...labels, le }, count))
  }
  lines.push(sample(`${name}_sum`, labels, sum / 1_000_000), sample(`${name}_count`, labels, count))
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
