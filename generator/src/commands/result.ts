import type { BoltError } from '../errors.ts'
import type { CommandResult } from '../types.ts'

/** A result with everything empty but what is given. */
export function commandResult(command: string, rest: Partial<CommandResult> = {}): CommandResult {
  return { ok: true, command, from: null, to: null, actions: [], conflicts: [], tasks: [], next: [], exit: 0, ...rest }
}

/** The result of a command that failed. */
export function failedResult(command: string, error: BoltError): CommandResult {
  const { code, message, why, hint } = error
  return commandResult(command, {
    ok: false,
    error: { code, message, ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) },
    exit: error.exit,
  })
}

/** What `--json` prints: the fixed shape, on one line. */
export function resultJson({ exit: _exit, ...shape }: CommandResult): string {
  return `${JSON.stringify(shape)}\n`
}
