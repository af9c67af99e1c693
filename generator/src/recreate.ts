/** The command that makes the same project again, with every answer spelt out: defaults and remembered answers may differ elsewhere. */
import type { Option, OptionTable } from './option.ts'
import { flagName } from './option-flags.ts'
import { options } from './options.ts'
import { packageManagers } from './package-managers.ts'
import type { Answers } from './types.ts'

export function recreateCommand(answers: Answers, version: string): string {
  const pm = packageManagers[answers.packageManager]
  const flags = Object.entries(options satisfies OptionTable)
    .filter(([id]) => id !== 'name')
    .flatMap(([id, option]) => flagFor(id, option, (answers as Record<string, unknown>)[id]))
  return [`${pm.create}@${version}`, `${shellWord(answers.name)}${pm.separator}`, '--yes', ...flags].join(' ')
}

function flagFor(id: string, option: Option, value: unknown): string[] {
  if (value === null || value === undefined) return []
  if (option.kind === 'yesno') return [value ? `--${flagName(id)}` : `--no-${flagName(id)}`]
  const text = Array.isArray(value) ? value.join(',') : String(value)
  return [`--${flagName(id)} ${shellWord(text)}`]
}

/** A word as a POSIX shell and PowerShell take it. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
