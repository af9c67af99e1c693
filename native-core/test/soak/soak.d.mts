export interface Measured {
  /** Bytes. */
  rss: number
  heapUsed: number
  external: number
  fds: number
  connections: number
  inFlight: number
}

export interface Phase {
  name: string
  count: number
  seconds: number
  before: Measured
  after: Measured
}

/** Runs all phases; a row of figures each. */
export function soak(counts: { requests: number; streams: number; sockets: number }): Promise<Phase[]>

/** The figures as a Markdown table. */
export function table(rows: Phase[]): string
