import type { Packed } from './packages.mjs'

export interface Registry {
  /** With a slash at the end. */
  url: string
  /** What npm and pnpm need in their environment to use it: lay it over `cleanEnv()`. */
  env: Record<string, string>
  publish(tarball: string, options?: { tag?: string }): Promise<string>
  /** Integrity of what the registry holds. */
  integrity(name: string, version: string): Promise<string | undefined>
  /** Drops every version of one package, so that the same version can be published again. */
  forget(name: string): void
  stop(): Promise<void>
}

export function startRegistry(options: {
  storage: string
  cache?: string
  names?: string[]
  online?: boolean
  port?: number
}): Promise<Registry>
export function publishAll(registry: Registry, into: string): Promise<{ packages: Packed[]; published: string[] }>
