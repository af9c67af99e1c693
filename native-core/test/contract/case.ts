/** What a client sends: raw bytes, or a request that both sockets and `inject` can carry. */
export interface Ask {
  method?: string
  url: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
  json?: unknown
}

/** What must come back. */
export interface Answer {
  status: number
  /** Value, pattern, list of all values, or null for "absent". */
  headers?: Record<string, string | RegExp | string[] | null>
  /** What makes plain text of the body. */
  decode?: (body: Uint8Array) => Uint8Array
  /** Exact text, pattern, or a subset of the JSON. */
  body?: string | RegExp | object | unknown[]
  /** Code of the problem document. */
  code?: string
  /** Violations as `in path code`, all of them, in any order. */
  errors?: string[]
}

export type Column = 'native socket' | 'native http2' | 'native inject' | 'fallback socket' | 'fallback inject'

/** One row of the contract. */
export interface Case {
  title: string
  /** Which application is asked. @default 'main' */
  app?: AppName
  /** Bytes as they are (`\n` is written as CRLF by `raw`), or a request. */
  ask: string | Uint8Array | Ask
  /** One answer, or several when the bytes hold several requests. */
  answer: Answer | Answer[]
  /** The connection must be closed afterwards (sockets only). */
  closes?: boolean
  /** The answer must come without entering JavaScript. */
  native?: boolean
  /** Whether it is about what only HTTP/1.1 has, such as `Upgrade` (RFC 9113 §8.6): HTTP/2 has no such row. */
  isHttp1?: boolean
  /** Why a column does not run this row. A key that is only a host, or only a way to ask, counts for all its columns. */
  skip?: Partial<Record<Column | 'native' | 'fallback' | 'http2' | 'inject', string>>
}

export type AppName = 'main' | 'cors' | 'open-cors' | 'tight' | 'limited' | 'compressed' | 'forms' | 'sockets'

/** Writes HTTP with plain line ends: each line of the head becomes a CRLF line; the body after the empty line stays as it is. */
export function raw(head: string, body: string | Uint8Array = ''): Uint8Array {
  const lines = head
    .replace(/^\n+|\n+$/g, '')
    .split('\n')
    .map((line) => line.replace(/^ +/, ''))
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body as string)])
}

/** Several pieces one after the other, as a client that does not wait would send them. */
export function all(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}

export const laxParser = 'the parser of node:http is laxer here, and its leniency cannot be configured away'
