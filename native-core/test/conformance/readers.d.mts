export type ReaderName = 'node' | 'nginx'

export interface Message {
  method: string
  target: string
  host: string
  fields: Record<string, string[]>
  body: string
}

export interface Reader {
  version: string | undefined
  /** What it read of a connection, in order; gaps are requests that it refused. */
  ask(bytes: Uint8Array): Promise<Message[]>
  stop(): Promise<unknown>
}

/** Servers of others that write down how they read; undefined where one is not installed. */
export const readers: Record<ReaderName, { name: string; start(): Promise<Reader | undefined> }>
