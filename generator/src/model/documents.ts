/** README.md and AGENTS.md: a head, a table of scripts, and the sections of the layers. */
import type { LoadedLayer, Section } from '../layer.ts'
import { packageManagers, scriptCommand } from '../package-managers.ts'
import { renderTemplate } from '../render.ts'
import type { PlannedFile } from '../types.ts'
import { type ModelInput, modelFile } from './model.ts'
import { allScripts } from './package-json.ts'

interface Part {
  readonly title: string
  readonly body: string
  readonly order: number
}

const COMMANDS_ORDER = 20
const DEFAULT_ORDER = 50

export function readmeFile(input: ModelInput): PlannedFile | undefined {
  return document(
    'README.md',
    `# ${input.answers.name}\n\n${input.answers.description}\n`,
    input,
    ({ layer }) => layer.readme,
  )
}

export function agentsFile(input: ModelInput): PlannedFile | undefined {
  return document('AGENTS.md', `# ${input.answers.name}: notes for coding agents\n`, input, ({ layer }) => layer.agents)
}

function document(
  path: string,
  head: string,
  input: ModelInput,
  sectionsOf: (loaded: LoadedLayer) => Section | readonly Section[] | undefined,
): PlannedFile | undefined {
  const sections = input.layers.flatMap((loaded) =>
    [sectionsOf(loaded) ?? []].flat().map((section) => part(section, loaded, input)),
  )
  if (sections.length === 0) return undefined
  const parts = [...sections, ...commands(input)].sort((a, b) => a.order - b.order)
  return modelFile(
    path,
    'managed',
    [head, ...parts.map(({ title, body }) => `## ${title}\n\n${body.trim()}\n`)].join('\n'),
  )
}

function part({ title, file, order = DEFAULT_ORDER }: Section, { layer, texts }: LoadedLayer, input: ModelInput): Part {
  const text = texts[file] ?? ''
  const body = file.endsWith('.hbs') ? renderTemplate(text, input.context, {}, `templates/${layer.id}/${file}`) : text
  return { title, body, order }
}

function commands(input: ModelInput): Part[] {
  const pm = packageManagers[input.answers.packageManager]
  const rows = [...allScripts(input)].flatMap(([name, { about }]) =>
    about ? [`| \`${scriptCommand(pm, name)}\` | ${about} |`] : [],
  )
  if (rows.length === 0) return []
  return [{ title: 'Commands', body: ['| command | does |', '|---|---|', ...rows].join('\n'), order: COMMANDS_ORDER }]
}
