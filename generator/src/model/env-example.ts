/** .env.example: every setting with what it is for. */
import type { EnvVar } from '../layer.ts'
import type { PlannedFile } from '../types.ts'
import { type ModelInput, modelFile } from './model.ts'

export function envExampleFile({ layers }: ModelInput): PlannedFile | undefined {
  const settings = layers.flatMap(({ layer }) => layer.env ?? [])
  if (settings.length === 0) return undefined
  return modelFile('.env.example', 'structured', `${settings.map(entry).join('\n\n')}\n`)
}

function entry({ key, about, example, optional }: EnvVar): string {
  return `# ${about}\n${optional ? '# ' : ''}${key}=${example}`
}
