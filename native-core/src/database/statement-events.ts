import { type Channel, channel } from 'node:diagnostics_channel'
import type { StatementFailure } from '../binding.d.ts'
import type { TraceContext } from '../trace.ts'
import type { Source } from './observed.ts'
import { statementText } from './statement-text.ts'

/**
 * What is published on the channels `bolt:statement:start` and `bolt:statement:finish` of `node:diagnostics_channel`. One statement of a handler has
 * one message, which gets more properties as it goes on. One that Rust sends for a route is published when it is over, on `finish` alone.
 */
export interface StatementMessage {
  /** As OpenTelemetry names it (`db.system.name`). */
  readonly system: Source['system']
  /** Name of the database. */
  readonly database: string
  /** The statement without the values that are written in it. */
  readonly text: string
  /** When it was asked for: milliseconds since 1970, with fractions. */
  readonly startTime: number
  /** Milliseconds until it was answered, those that it waited for a connection among them; from `finish` on. */
  duration?: number
  /** Code of its failure, see `PostgresError` and `SqliteError`; from `finish` on. */
  error?: string
  /** The request for which Rust sent it. */
  readonly request?: StatementRequest
}

/** A request that a query answers without JavaScript. */
export interface StatementRequest {
  /** Method and path pattern: `GET /notes/:id`. */
  readonly route: string
  /** As on the response. */
  readonly id: string
  /** Where the request stands in a trace, if its client says so. */
  readonly trace: TraceContext | undefined
}

type Statements = Channel<unknown, StatementMessage>

const start = channel('bolt:statement:start') as Statements
const finish = channel('bolt:statement:finish') as Statements

/** Whether statements that Rust sends itself are to be published. */
export function hasSubscribers(): boolean {
  return finish.hasSubscribers
}

/** Publishes that a statement of JavaScript is sent. Returns what tells how it ended; undefined when nobody wants to know. */
export function publishStart(
  { system, database }: Source,
  sql: string,
): ((kind: 0 | 1, text: string) => void) | undefined {
  if (!start.hasSubscribers && !finish.hasSubscribers) return undefined
  const since = performance.now()
  const startTime = performance.timeOrigin + since
  const message: StatementMessage = { system, database, text: statementText(sql), startTime }
  start.publish(message)
  return (kind, text) => {
    message.duration = performance.now() - since
    if (kind === 1) message.error = (JSON.parse(text) as StatementFailure).code
    finish.publish(message)
  }
}

/** Publishes a statement that is over. */
export function publishFinish(message: StatementMessage): void {
  finish.publish(message)
}
