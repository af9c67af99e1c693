/** package.json: identity from the answers, the rest from what the layers declare. */
import { BoltError } from '../errors.ts'
import type { Script } from '../layer.ts'
import { type PackageManager, packageManagers, scriptCommand } from '../package-managers.ts'
import { packageVersion } from '../package-version.ts'
import type { PlannedFile } from '../types.ts'
import { mergeData } from './merge.ts'
import { type ModelInput, modelFile } from './model.ts'

export function packageJsonFile(input: ModelInput): PlannedFile {
  const { answers, layers } = input
  const further = mergeData(
    layers.map(({ layer }) => layer.packageJson ?? {}),
    'package.json',
  )
  const dependencies = pinned(
    layers.flatMap(({ layer }) => layer.dependencies ?? []),
    input.version,
  )
  const devDependencies = pinned(
    layers.flatMap(({ layer }) => layer.devDependencies ?? []),
    input.version,
  )
  const data = {
    name: answers.name,
    version: '0.1.0',
    private: true,
    description: answers.description,
    ...(answers.author === '' ? {} : { author: answers.author }),
    license: answers.license,
    ...further,
    scripts: scriptCommands(input),
    ...(Object.keys(dependencies).length > 0 ? { dependencies } : {}),
    ...(Object.keys(devDependencies).length > 0 ? { devDependencies } : {}),
  }
  return modelFile('package.json', 'structured', `${JSON.stringify(data, null, 2)}\n`)
}

/** The scripts of all active layers by name; a second owner of a name is an error. */
export function allScripts({ layers }: ModelInput): Map<string, Script> {
  const scripts = new Map<string, Script>()
  for (const { layer } of layers) {
    for (const [name, script] of Object.entries(layer.scripts ?? {})) {
      if (scripts.has(name))
        throw new BoltError('layer-invalid', {
          message: `The script ${name} has two owners.`,
          why: `One is ${layer.id}.`,
        })
      scripts.set(name, script)
    }
  }
  return scripts
}

function scriptCommands(input: ModelInput): Record<string, string> {
  const scripts = allScripts(input)
  const pm = packageManagers[input.answers.packageManager]
  const commands: Record<string, string> = {}
  for (const [name, script] of scripts) {
    const joining = [...scripts].filter(([, other]) => other.joins === name).map(([other]) => other)
    const own = 'run' in script ? [script.run] : script.sequence.map((part) => scriptCall(part, scripts, pm))
    commands[name] = [...own, ...joining.map((part) => scriptCall(part, scripts, pm))].join(' && ')
  }
  for (const [name, { joins }] of scripts) {
    if (joins !== undefined && !scripts.has(joins)) {
      throw new BoltError('layer-invalid', { message: `The script ${name} joins ${joins}, which no active layer has.` })
    }
  }
  return commands
}

function scriptCall(name: string, scripts: ReadonlyMap<string, Script>, pm: PackageManager): string {
  if (!scripts.has(name))
    throw new BoltError('layer-invalid', { message: `A script calls ${name}, which no active layer has.` })
  return scriptCommand(pm, name)
}

function pinned(names: readonly string[], ourVersion: string): Record<string, string> {
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => {
      const version = packageVersion(name, ourVersion)
      if (version === undefined)
        throw new BoltError('layer-invalid', { message: `${name} has no version in versions.ts.` })
      return [name, version]
    }),
  )
}
