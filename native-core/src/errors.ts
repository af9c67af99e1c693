/**
 * Every error the core answers with, in one place: the code of the problem document, its status and its title. The Rust side has the same
 * list (`bolt_core` error.rs); a test compares the two.
 */
export const httpErrors = {
  'bad-request': { status: 400, title: 'Bad Request' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  'not-found': { status: 404, title: 'Not Found' },
  'method-not-allowed': { status: 405, title: 'Method Not Allowed' },
  conflict: { status: 409, title: 'Conflict' },
  'request-timeout': { status: 408, title: 'Request Timeout' },
  'body-too-large': { status: 413, title: 'Content Too Large' },
  'uri-too-long': { status: 414, title: 'URI Too Long' },
  'unsupported-media-type': { status: 415, title: 'Unsupported Media Type' },
  'range-not-satisfiable': { status: 416, title: 'Range Not Satisfiable' },
  'expectation-failed': { status: 417, title: 'Expectation Failed' },
  'validation-failed': { status: 422, title: 'Validation Failed' },
  'too-many-requests': { status: 429, title: 'Too Many Requests' },
  'upgrade-required': { status: 426, title: 'Upgrade Required' },
  'headers-too-large': { status: 431, title: 'Request Header Fields Too Large' },
  internal: { status: 500, title: 'Internal Server Error' },
  'not-implemented': { status: 501, title: 'Not Implemented' },
  overloaded: { status: 503, title: 'Service Unavailable' },
  'database-unavailable': { status: 503, title: 'Service Unavailable' },
  'handler-timeout': { status: 504, title: 'Gateway Timeout' },
  'http-version-not-supported': { status: 505, title: 'HTTP Version Not Supported' },
} as const satisfies Record<string, { status: number; title: string }>

/** Code of an error that the core itself answers with. */
export type HttpErrorCode = keyof typeof httpErrors

/** Codes of errors in how an application is declared or started; they are thrown, never sent. */
export const boltErrors = {
  'invalid-option': 'An option has an unknown name or a value that is not allowed.',
  'invalid-path': 'A route path is not well formed.',
  'duplicate-route': 'Two routes answer the same method and path.',
  'unsupported-schema': 'A schema cannot be turned into JSON Schema or cannot be honoured.',
  'app-started': 'Routes and options are fixed once the application listens.',
  'app-closed': 'An application that was closed does not open again.',
  'port-in-use': 'Another process listens on the port.',
  'listen-failed': 'The address could not be listened on.',
  'invalid-tls': 'A certificate or a private key cannot be used.',
  'workers-unavailable': 'Worker processes cannot be had here.',
  'workers-failed': 'Worker processes do not start, or do not stay.',
  'jwks-unavailable': 'The key set of a token issuer could not be loaded.',
  'postgres-unavailable': 'The PostgreSQL client needs the native engine.',
  'sqlite-unavailable': 'The SQLite client needs the native engine.',
  'invalid-database-url': 'A connection string cannot be understood.',
  'unsupported-query': 'A query of a database cannot answer a route by itself.',
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
