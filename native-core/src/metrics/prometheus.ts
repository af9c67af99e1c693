import { BOUNDS, type Histogram, type Report, sumOf } from './snapshot.ts'

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
  const { stats, metrics } = sumOf(reports)
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
  return `${lines.join('\n')}\n`
}

function head(lines: string[], name: string, kind: Kind | 'histogram', help: string): void {
  lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`)
}

function histogram(lines: string[], name: string, labels: Labels, { buckets, sum }: Histogram): void {
  let count = 0
  for (const [index, value] of buckets.entries()) {
    count += value
    const bound = BOUNDS[index]
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
