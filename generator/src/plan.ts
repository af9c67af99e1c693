/**
 * (answers, layers, version) → Plan. Pure: no disk, clock, randomness, network or locale, so that the same input gives the same bytes on every
 * machine, which is what upgrading rests on.
 */
import { templateContext } from './context.ts'
import { BoltError } from './errors.ts'
import type { LayerFile, LoadedLayer } from './layer.ts'
import { composeFile } from './model/compose.ts'
import { agentsFile, readmeFile } from './model/documents.ts'
import { envExampleFile } from './model/env-example.ts'
import { listFiles } from './model/lists.ts'
import type { ModelInput } from './model/model.ts'
import { nextSteps } from './model/next-steps.ts'
import { packageJsonFile } from './model/package-json.ts'
import { checkSlots, slotsFor } from './model/slots.ts'
import { workflowFile } from './model/workflow.ts'
import { matches } from './option.ts'
import { renderTemplate } from './render.ts'
import type { Answers, FileClass, Plan, PlannedFile, Task } from './types.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** Decides every file and task of a project. The layers come from `loadLayers`; the answers are complete and legal. */
export function planProject(answers: Answers, layers: readonly LoadedLayer[], version: string): Plan {
  const active = layers.filter(({ layer }) => matches(layer.when, answers))
  const input: ModelInput = { answers, version, layers: active, context: templateContext(answers, version) }
  checkSlots(active)
  const files = [
    ...active.flatMap((loaded) => loaded.files.map((file) => plannedFile(loaded, file, input))),
    ...[packageJsonFile, envExampleFile, composeFile, workflowFile, readmeFile, agentsFile].flatMap(
      (build) => build(input) ?? [],
    ),
    ...listFiles(input),
  ].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  refuseSecondWriter(files)
  return { version, answers, files, tasks: tasksFor(input), next: nextSteps(input) }
}

function plannedFile({ layer }: LoadedLayer, file: LayerFile, input: ModelInput): PlannedFile {
  return {
    id: `${layer.family ?? layer.id}:${layer.renamed?.[file.path] ?? file.path}`,
    path: file.path,
    mode: layer.executables?.includes(file.path) ? '100755' : '100644',
    class: classOf(layer.classes ?? {}, file.path),
    content: file.template ? encoder.encode(rendered(file, input)) : file.content,
  }
}

function rendered(file: LayerFile, input: ModelInput): string {
  return renderTemplate(decoder.decode(file.content), input.context, slotsFor(file.path, input.layers), file.source)
}

/** The class declared for the path itself, else for the longest folder above it. */
function classOf(classes: Readonly<Record<string, FileClass>>, path: string): FileClass {
  const folders = Object.keys(classes)
    .filter((declared) => declared.endsWith('/') && path.startsWith(declared))
    .sort((a, b) => b.length - a.length)
  return classes[path] ?? classes[folders[0] ?? ''] ?? 'managed'
}

function refuseSecondWriter(files: readonly PlannedFile[]): void {
  for (const [index, file] of files.entries()) {
    const next = files[index + 1]
    if (next?.path === file.path) {
      throw new BoltError('layer-invalid', {
        message: `${file.path} has two owners.`,
        why: `${file.id} and ${next.id}`,
      })
    }
  }
}

function tasksFor({ answers, layers }: ModelInput): Task[] {
  const env = layers.flatMap(({ layer }) => layer.env ?? [])
  const secrets = env.filter(({ secret }) => secret).map(({ key }) => key)
  return [
    ...(env.length > 0 ? [{ kind: 'env-file', path: '.env', example: '.env.example', secrets } as const] : []),
    { kind: 'install', packageManager: answers.packageManager },
    ...(answers.git ? [{ kind: 'git' } as const] : []),
  ]
}
