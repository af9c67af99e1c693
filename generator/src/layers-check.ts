/** What makes a set of layers contradict itself; all of it is found when the layers are loaded, before any answer is known. */
import { BoltError } from './errors.ts'
import type { LoadedLayer, Section } from './layer.ts'
import type { Option, OptionTable, When } from './option.ts'
import { options } from './options.ts'
import { packageVersion } from './package-version.ts'

/** The layers as they came, or an error that lists every contradiction. */
export function checkLayers(layers: readonly LoadedLayer[]): LoadedLayer[] {
  const problems = [
    ...duplicates(layers.map(({ layer }) => layer.id)).map((id) => `two layers are called ${id}`),
    ...layers.flatMap(strayDeclarations),
    ...layers.flatMap(({ layer }) => whenProblems(layer.id, layer.when, options)),
    ...secondOwners(layers),
    ...layers.flatMap(({ layer }) =>
      unknownPackages(layer.id, [...(layer.dependencies ?? []), ...(layer.devDependencies ?? [])]),
    ),
  ]
  if (problems.length > 0) {
    throw new BoltError('layer-invalid', {
      message: 'The layers contradict themselves.',
      why: problems.map((p) => `- ${p}`).join('\n'),
    })
  }
  return [...layers]
}

/** Whether two conditions can never hold together: they ask different values of one option. */
export function exclude(a: When | undefined, b: When | undefined): boolean {
  return Object.entries(a ?? {}).some(([id, value]) => {
    const other = b?.[id]
    if (other === undefined) return false
    const mine = [value].flat()
    return ![other].flat().some((each) => mine.includes(each))
  })
}

function secondOwners(layers: readonly LoadedLayer[]): string[] {
  const writers = layers.flatMap((loaded) =>
    outputs(loaded).map((path) => ({ path: path.toLowerCase(), shown: path, layer: loaded.layer })),
  )
  const byPath = groupByPath(writers)
  return [...byPath.values()].flatMap((group) =>
    group.flatMap((one, index) =>
      group
        .slice(index + 1)
        .filter((other) => !exclude(one.layer.when, other.layer.when))
        .map((other) => `${one.shown} has two owners: ${one.layer.id} and ${other.layer.id}`),
    ),
  )
}

function groupByPath<T extends { path: string }>(items: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(item.path, [...(groups.get(item.path) ?? []), item])
  return groups
}

/** Paths that only this layer may write. */
function outputs({ layer, files }: LoadedLayer): string[] {
  return [
    ...files.map(({ path }) => path),
    ...(layer.composeFile ? [layer.composeFile] : []),
    ...(layer.workflow ? [layer.workflow.path] : []),
  ]
}

/** Declarations about files the layer does not have, and files that the model builds. */
function strayDeclarations({ layer, files }: LoadedLayer): string[] {
  const paths = files.map(({ path }) => path)
  const has = (declared: string) =>
    paths.some((path) => path === declared || (declared.endsWith('/') && path.startsWith(declared)))
  const named = [...Object.keys(layer.classes ?? {}), ...(layer.executables ?? []), ...Object.keys(layer.renamed ?? {})]
  return [
    ...named
      .filter((path) => !has(path))
      .map((path) => `${layer.id} says something about ${path}, which it does not own`),
    ...paths
      .filter((path) => MODEL_FILES.has(path))
      .map((path) => `${layer.id} writes ${path}, which is built from all layers`),
    ...[layer.readme ?? [], layer.agents ?? []]
      .flat()
      .filter((s: Section) => !s.title)
      .map(() => `${layer.id} has a section without a title`),
  ]
}

/** Paths that model/ builds for every project. */
const MODEL_FILES = new Set(['package.json', '.env.example', '.gitignore', '.dockerignore', 'README.md', 'AGENTS.md'])

/** Conditions on options or values that do not exist. */
export function whenProblems(owner: string, when: When | undefined, table: OptionTable): string[] {
  return Object.entries(when ?? {}).flatMap(([id, wanted]) => {
    const option = table[id]
    if (!option) return [`${owner} depends on the option ${id}, which does not exist`]
    return [wanted]
      .flat()
      .filter((value) => !isPossible(option, value))
      .map((value) => `${owner} depends on ${id} = ${String(value)}, which is no answer of it`)
  })
}

function isPossible(option: Option, value: unknown): boolean {
  if (value === null) return option.when !== undefined
  if (option.kind === 'text') return typeof value === 'string'
  if (option.kind === 'yesno') return typeof value === 'boolean'
  return option.choices.some((choice) => choice.value === value)
}

function unknownPackages(id: string, names: readonly string[]): string[] {
  return names
    .filter((name) => packageVersion(name, '0.0.0') === undefined)
    .map((name) => `${id} needs ${name}, which has no version in versions.ts`)
}

function duplicates(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index)
}
