import type { RunOptions } from './process.mjs'

/** The environment without what the outer `npm run` added. */
export function cleanEnv(env?: NodeJS.ProcessEnv): NodeJS.ProcessEnv
/** Runs npm and returns what it printed; `env` is laid over the clean environment. */
export function npm(args: string[], options?: RunOptions): Promise<string>
export function npmCommand(on?: Pick<NodeJS.Process, 'platform' | 'execPath' | 'env'>): string[]
export function npmConfig(key: string): Promise<string>
