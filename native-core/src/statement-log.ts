import { observed, type StatementRecord } from './database/observed.ts'
import {
  hasSubscribers,
  publishFinish,
  type StatementMessage,
  type StatementRequest,
} from './database/statement-events.ts'
import { statementText } from './database/statement-text.ts'
import type { RouteLabel } from './metrics/prometheus.ts'
import type { AppSettings } from './options.ts'
import { readTrace } from './trace.ts'

/**
 * Has statements counted, those that take long written through the logger, and those published that Rust sends for routes of this server, as far as
 * the application or anybody who subscribed before asks for that. Returns how to write the last ones and stop.
 */
export function watchStatements(server: number, settings: AppSettings, labels: readonly RouteLabel[]): () => void {
  const { metrics, slowStatements: slow, logger } = settings
  const traces = hasSubscribers()
  if (!metrics && slow === null && !traces) return () => undefined
  const requestOf = (record: StatementRecord): StatementRequest | undefined => {
    if (record.server !== server || record.sender === null) return undefined
    const { route, id, traceparent, tracestate } = record.sender
    const { method, path } = labels[route] ?? { method: '', path: '' }
    return { route: `${method} ${path}`, id, trace: readTrace(traceparent ?? undefined, tracestate ?? undefined) }
  }
  const take = (records: readonly StatementRecord[], dropped: number): void => {
    for (const record of records) {
      const request = requestOf(record)
      if (slow !== null && record.ms >= slow) logger.warn(lineOf(record, request), 'slow statement')
      if (request !== undefined && traces) publishFinish(messageOf(record, request))
    }
    if (dropped > 0) logger.warn({ dropped }, 'statements were faster than they could be recorded')
  }
  return observed.want({ metrics, slow, traces, take })
}

function lineOf(record: StatementRecord, request: StatementRequest | undefined): object {
  const { source, sql, ms, waitedMs, code } = record
  return {
    database: source.database,
    statement: statementText(sql),
    ms: rounded(ms),
    waitedMs: rounded(waitedMs),
    ...(code === null ? {} : { code }),
    ...(request === undefined ? {} : { route: request.route, requestId: request.id }),
    ...(request?.trace === undefined ? {} : { traceId: request.trace.traceId }),
  }
}

function messageOf({ source, sql, since, ms, code }: StatementRecord, request: StatementRequest): StatementMessage {
  const end = code === null ? {} : { error: code }
  return { ...source, text: statementText(sql), startTime: since, duration: ms, ...end, request }
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
