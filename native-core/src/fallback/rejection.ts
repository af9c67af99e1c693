import type { HttpErrorCode } from '../errors.ts'
import type { Violation } from '../violation.ts'

/** A request that the host itself answers with an error. */
export class Rejection extends Error {
  readonly code: HttpErrorCode
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly errors: Violation[] | undefined

  constructor(code: HttpErrorCode, detail: string, more: { headers?: readonly string[]; errors?: Violation[] } = {}) {
    super(detail)
    this.code = code
    this.headers = more.headers ?? []
    this.errors = more.errors
  }
}
