import type { Reader, ReaderName } from './readers.mjs'

export interface Difference {
  round: number
  /** Which request of the connection. */
  request: number
  part: string
  ours?: unknown
  theirs?: unknown
  input: string
}

export interface Compared {
  /** Requests that both accepted. */
  compared: number
  differences: Difference[]
  /** How often each accepted difference was seen. */
  seen: Record<string, number>
}

/** Puts so many rounds to readers that were started. */
export function compareAll(options: {
  seed: number
  rounds: number
  started: Partial<Record<ReaderName, Reader>>
}): Promise<Partial<Record<ReaderName, Compared>>>
