/**
 * Every error the core answers with, in one place: the code of the problem document and its status. The Rust side has the same list
 * (`bolt_core` error.rs); a test compares the two.
 */
export const httpErrors = {
  'bad-request': 400,
  'malformed-json': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'body-too-large': 413,
  'uri-too-long': 414,
  'unsupported-media-type': 415,
  'expectation-failed': 417,
  'validation-failed': 422,
  'headers-too-large': 431,
  internal: 500,
  'not-implemented': 501,
  overloaded: 503,
} as const

/** Code of an error that the core itself answers with. */
export type HttpErrorCode = keyof typeof httpErrors

/** Codes of errors in how an application is declared or started; they are thrown, never sent. */
export const boltErrors = {
  'invalid-option': 'An option has an unknown name or a value that is not allowed.',
  'invalid-path': 'A route path is not well formed.',
  'duplicate-route': 'Two routes answer the same method and path.',
  'unsupported-schema': 'A schema cannot be turned into JSON Schema or cannot be honoured.',
  'app-started': 'Routes and options are fixed once the application listens.',
  'port-in-use': 'Another process listens on the port.',
  'listen-failed': 'The address could not be listened on.',
  'jwks-unavailable': 'The key set of a token issuer could not be loaded.',
  'native-refused': 'The native engine refused the application plan.',
} as const

/** Code of an error in how an application is declared or started. */
export type BoltErrorCode = keyof typeof boltErrors

/** An application was declared or started wrongly: what is wrong (`message`) and what to do (`hint`). */
export class BoltError extends Error {
  /** Stable name of the mistake. */
  readonly code: BoltErrorCode
  /** What to do about it. */
  readonly hint: string

  constructor(code: BoltErrorCode, message: string, hint: string, cause?: unknown) {
    super(`${message}\n  → ${hint}`, cause === undefined ? undefined : { cause })
    this.name = 'BoltError'
    this.code = code
    this.hint = hint
  }
}
