/** docs/generated/errors.md, from the error table. */
import { errorTable } from '../errors.ts'

export function errorsPage(): string {
  return [
    '<!-- Written by `npm run gen` from generator/src/errors.ts. -->',
    '# Errors of the generator',
    '',
    'Shown as `✗ what`, `  why`, `→ what to do`; with `--json` as `error: { code, message, why, hint }`; stacks with `--debug`.',
    '',
    '| code | exit | meaning |',
    '|---|---|---|',
    ...Object.entries(errorTable).map(([code, { exit, about }]) => `| \`${code}\` | ${exit} | ${about} |`),
    '',
    'Other exit codes: 0 done · 3 applied with conflicts · 4 `bolt check` found an update or drift.',
    '',
  ].join('\n')
}
