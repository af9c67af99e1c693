/** What every builder of a shared file gets, and the file it gives back. */
import type { LoadedLayer } from '../layer.ts'
import type { TemplateContext } from '../render.ts'
import type { Answers, FileClass, PlannedFile } from '../types.ts'

export interface ModelInput {
  readonly answers: Answers
  readonly version: string
  /** Active layers, in order. */
  readonly layers: readonly LoadedLayer[]
  readonly context: TemplateContext
}

/** A file built from the declarations of all layers. */
export function modelFile(path: string, fileClass: FileClass, text: string): PlannedFile {
  return { id: `model:${path}`, path, mode: '100644', class: fileClass, content: new TextEncoder().encode(text) }
}
