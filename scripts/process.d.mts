import type { ChildProcess, StdioOptions } from 'node:child_process'

export interface RunOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** @default 1800 */
  seconds?: number
  /** @default 'keep' */
  output?: 'keep' | 'show'
  onLine?: (line: string) => void
}

export class Problem extends Error {
  why: string | undefined
  fix: string | undefined
  constructor(parts: { what: string; why?: string; fix?: string })
}

export class CommandFailed extends Error {
  output: string
}

export function run(command: string, args: string[], options?: RunOptions): Promise<string>
export function start(
  command: string,
  args: string[],
  options?: { cwd?: string; env?: NodeJS.ProcessEnv; stdio?: StdioOptions },
): ChildProcess
export function end(child: ChildProcess, grace?: number): Promise<void>
export function endAll(grace?: number): Promise<void>
