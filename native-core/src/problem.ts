import { builtins } from './builtins.ts'
import { httpErrors } from './errors.ts'
import { shareKind } from './kind.ts'
import type { Violation } from './violation.ts'

/** Body of every error response (RFC 9457). */
export interface Problem {
  type: 'about:blank'
  /** What the status is called; the same for every occurrence. */
  title: string
  /** The status of the response. */
  status: number
  /** What is particular to this occurrence, for people. */
  detail?: string
  /** Stable name of the error, for programs. */
  code: string
  /** The response's `x-request-id`; log lines have it too. */
  requestId: string
  /** Violated rules of the request, all that were found up to 100; with 422. */
  errors?: Violation[]
}

export const PROBLEM_TYPE = 'application/problem+json'

/** What an `HttpError` says besides status and message. */
export interface HttpErrorOptions {
  /**
   * Stable name of the error for clients.
   * @default the core's own code of that status (`not-found` for 404), else `error`
   */
  code?: string
  /** More response headers. */
  headers?: Record<string, string>
  /** What went wrong underneath; logged, never sent. */
  cause?: unknown
}

/**
 * Thrown by a handler to answer with an error: the message becomes the `detail` of a problem document.
 * @example throw new HttpError(404, 'No such note', { code: 'note-not-found' })
 */
export class HttpError extends Error {
  /** 400 to 599; the constructor throws a RangeError on any other. */
  readonly status: number
  /** The `code` of the problem document. */
  readonly code: string
  /** More response headers, by name. */
  readonly headers: Readonly<Record<string, string>>
  /** Violated rules, for 422. */
  readonly errors: readonly Violation[] | undefined

  static {
    shareKind(HttpError, 'HttpError')
  }

  constructor(status: number, message?: string, options: HttpErrorOptions & { errors?: readonly Violation[] } = {}) {
    super(message ?? titleOf(status), options.cause === undefined ? undefined : { cause: options.cause })
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`HttpError needs a status from 400 to 599, got ${String(status)}`)
    }
    this.name = 'HttpError'
    this.status = status
    this.code = options.code ?? codeOf(status)
    this.headers = options.headers ?? {}
    this.errors = options.errors
  }
}

const own: ReadonlyMap<string, { status: number; title: string }> = new Map(Object.entries(httpErrors))
const codes: ReadonlyMap<number, string> = new Map([...own].reverse().map(([code, { status }]) => [status, code]))

/** The core's own code of a status. */
export function codeOf(status: number): string {
  return codes.get(status) ?? 'error'
}

/** Title of an error: that of its code, else the reason phrase of its status. */
export function titleOf(status: number, code = codeOf(status)): string {
  return own.get(code)?.title ?? builtins.http.STATUS_CODES[status] ?? 'Error'
}

/** Builds the body of an error response. */
export function problemBody(error: Omit<Problem, 'type' | 'title'>): string {
  const { status, detail, code, requestId, errors } = error
  const problem: Problem = {
    type: 'about:blank',
    title: titleOf(status, code),
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    requestId,
    ...(errors === undefined ? {} : { errors }),
  }
  return JSON.stringify(problem)
}
