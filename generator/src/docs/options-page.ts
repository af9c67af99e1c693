/** docs/generated/options.md, from the option table, the rules and the blueprints. */
import { defaultAnswer } from '../answers.ts'
import type { Blueprint } from '../blueprint.ts'
import type { Option, OptionTable, When } from '../option.ts'
import { flagName } from '../option-flags.ts'
import { options } from '../options.ts'
import { rules } from '../rules.ts'

export function optionsPage(blueprints: readonly Blueprint[]): string {
  const table: OptionTable = options
  const rows = Object.entries(table).map(
    ([id, option]) =>
      `| \`${id}\` | ${flags(id, option)} | ${values(option)} | ${option.help}${condition(option.when)} |`,
  )
  return [
    '<!-- Written by `npm run gen` from generator/src/options.ts. -->',
    '# Options',
    '',
    'Asked in this order. A flag answers its question; so does `--answers FILE` (JSON, keys are the ids below, schema: `create-bolt-app schema`).',
    'Priority: flag, answers file, blueprint, remembered defaults, question, default. The default is bold.',
    '',
    '| id | flag | values | what it does |',
    '|---|---|---|---|',
    ...rows,
    '',
    '## Combinations that are refused',
    '',
    '| rule | refused | because | instead |',
    '|---|---|---|---|',
    ...rules.map(({ id, when, message, fix }) => `| ${id} | ${shownWhen(when)} | ${message} | ${fix} |`),
    '',
    '## Blueprints',
    '',
    'A blueprint presets answers: `--blueprint NAME`.',
    '',
    '| name | what | presets |',
    '|---|---|---|',
    ...blueprints.map(
      ({ id, description, answers }) => `| \`${id}\` | ${description} | ${shownWhen(answers as When)} |`,
    ),
    '',
  ].join('\n')
}

function flags(id: string, option: Option): string {
  const name = flagName(id)
  if (option.kind === 'yesno') return `\`--${name}\`, \`--no-${name}\``
  return `\`--${name} ${option.kind === 'text' ? 'TEXT' : 'VALUE'}\``
}

function values(option: Option): string {
  const fallback = defaultAnswer(option, {}, {})
  const mark = (value: string, isDefault: boolean) => (isDefault ? `**${value}**` : value)
  switch (option.kind) {
    case 'text':
      return fallback ? `**${String(fallback)}**` : 'text'
    case 'yesno':
      return `${mark('yes', option.default)}, ${mark('no', !option.default)}`
    case 'one':
      return `${option.choices.map(({ value }) => mark(value, value === fallback)).join(', ')}${typeof option.default === 'function' ? ' (follows the answers before)' : ''}`
    case 'many':
      return option.choices.map(({ value }) => mark(value, option.default.includes(value))).join(', ')
  }
}

function condition(when: When | undefined): string {
  return when ? ` Only with ${shownWhen(when)}.` : ''
}

function shownWhen(when: When): string {
  return Object.entries(when)
    .map(([id, value]) => `${id} = ${[value].flat().map(shownValue).join(' or ')}`)
    .join(', ')
}

function shownValue(value: unknown): string {
  return value === true ? 'yes' : value === false ? 'no' : String(value)
}
