/** Help from the tables: commands, flags, options with their choices and defaults. */
import { defaultAnswer } from './answers.ts'
import { type CommandSpec, commandTable } from './commands/table.ts'
import { commonFlags, type Flag, type FlagTable } from './flags.ts'
import type { OptionTable } from './option.ts'
import { flagName } from './option-flags.ts'
import { options } from './options.ts'
import type { Io } from './types.ts'
import { version } from './version.ts'

const commands: Readonly<Record<string, CommandSpec>> = commandTable

/** Help of one command, or of the bin. */
export function helpText(bin: Io['bin'], command?: string): string {
  const spec = command === undefined ? undefined : commands[command]
  const lines = spec && command !== undefined ? commandHelp(bin, command, spec) : overview(bin)
  return `${lines.join('\n')}\n`
}

function overview(bin: Io['bin']): string[] {
  const known = Object.entries(commands).filter(([, { bins }]) => bins.includes(bin))
  return [
    `${bin} ${version}`,
    '',
    `Usage: ${bin} COMMAND [words] [flags]`,
    '',
    'Commands:',
    ...columns(known.map(([name, { words, about }]) => [`${name} ${words}`.trim(), about])),
    '',
    'Flags of every command:',
    ...flagLines(commonFlags),
  ]
}

function commandHelp(bin: Io['bin'], command: string, { about, words, flags }: CommandSpec): string[] {
  const table: OptionTable = options
  const called = bin === 'create-bolt-app' && command === 'create' ? bin : `${bin} ${command}`
  const ids = new Map(Object.keys(table).map((id) => [flagName(id), id]))
  const own = Object.entries(flags)
  const ofOptions = own.filter(([name]) => ids.has(name))
  const others = Object.fromEntries(own.filter(([name]) => !ids.has(name)))
  const headings = [...new Set(ofOptions.map(([name]) => table[ids.get(name) ?? '']?.section ?? ''))]
  return [
    about,
    '',
    `Usage: ${`${called} ${words}`.trim()} [flags]`,
    ...headings.flatMap((heading) => [
      '',
      `${heading}:`,
      ...columns(
        ofOptions
          .filter(([name]) => table[ids.get(name) ?? '']?.section === heading)
          .map(([name, flag]) => [flagUsage(name, flag), `${flag.about}${defaultNote(table, ids.get(name) ?? '')}`]),
      ),
    ]),
    ...(Object.keys(others).length > 0 ? ['', 'Flags:', ...flagLines(others)] : []),
    '',
    'Flags of every command:',
    ...flagLines(commonFlags),
  ]
}

function defaultNote(table: OptionTable, id: string): string {
  const option = table[id]
  const value = option && defaultAnswer(option, {}, {})
  if (value === undefined || value === '') return ''
  return ` [${value === true ? 'yes' : value === false ? 'no' : String(value)}]`
}

function flagLines(flags: FlagTable): string[] {
  return columns(
    Object.entries(flags)
      .filter(([, { hidden }]) => !hidden)
      .map(([name, flag]) => [flagUsage(name, flag), flag.about]),
  )
}

function flagUsage(name: string, { kind, short, placeholder = 'VALUE', negatable }: Flag): string {
  const long = kind === 'switch' && negatable ? `--[no-]${name}` : `--${name}`
  return `${short ? `-${short}, ` : ''}${long}${kind === 'switch' ? '' : ` ${placeholder}`}`
}

/** Two columns; a left part that is too wide gets a line of its own. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = 30
  return rows.flatMap(([left, right]) =>
    left.length > width ? [`  ${left}`, `  ${' '.repeat(width)}  ${right}`] : [`  ${left.padEnd(width)}  ${right}`],
  )
}
