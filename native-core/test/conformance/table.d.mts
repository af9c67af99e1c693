export interface Row {
  id: string
  title: string
  section: string
  reference: string
  level: string
  /** Sent one after the other; before each but the first the client waits for something to come back. */
  pieces: Buffer[]
  /** Of each response the statuses that are right. */
  statuses: number[][]
  end: 'keep' | 'close' | 'any' | 'wait'
  echo: Record<string, string>
}

export function readTable(): Row[]
