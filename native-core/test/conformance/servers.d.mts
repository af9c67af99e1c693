export type ServerName = 'native' | 'thread' | 'fallback' | 'node' | 'nginx'

export interface Started {
  port: number
  version: string | undefined
  stop(): Promise<unknown>
}

/** Each has a name to show and starts on a free port; undefined where the server is not installed. */
export const servers: Record<ServerName, { name: string; start(): Promise<Started | undefined> }>
