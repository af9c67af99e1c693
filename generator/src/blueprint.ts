/** A blueprint: a named starting point that presets answers. No files, no logic. */
import type { Answers } from './options.ts'

export interface Blueprint {
  readonly id: string
  readonly label: string
  readonly description: string
  /** Answers it presets, spelt out even where they equal a default: these are not asked. */
  readonly answers: Partial<Answers>
}

export function defineBlueprint(blueprint: Blueprint): Blueprint {
  return blueprint
}
