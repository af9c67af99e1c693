/** Line-wise files such as .gitignore: the lines of all layers, each once, in layer order. */
import type { PlannedFile } from '../types.ts'
import { type ModelInput, modelFile } from './model.ts'

export function listFiles({ layers }: ModelInput): PlannedFile[] {
  const files = new Map<string, Set<string>>()
  for (const { layer } of layers) {
    for (const [path, lines] of Object.entries(layer.lists ?? {})) {
      files.set(path, new Set([...(files.get(path) ?? []), ...lines]))
    }
  }
  return Array.from(files, ([path, lines]) => modelFile(path, 'structured', `${[...lines].join('\n')}\n`))
}
