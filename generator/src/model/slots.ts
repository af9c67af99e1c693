/** Slots: the lines that layers put into each other's files. */
import { BoltError } from '../errors.ts'
import type { EnvVar, LoadedLayer } from '../layer.ts'
import { type Slots, slotsOf } from '../render.ts'
import { sortedImports } from './imports.ts'

const decoder = new TextDecoder()

/** The lines of every slot of one file. */
export function slotsFor(path: string, layers: readonly LoadedLayer[]): Slots {
  const registrations = layers.flatMap(({ layer }) => layer.registers ?? []).filter(({ file }) => file === path)
  const slots: Record<string, string[]> = {
    imports: sortedImports(registrations.flatMap(({ imports }) => imports ?? [])),
    settings: layers.flatMap(({ layer }) => layer.env ?? []).flatMap(setting),
  }
  for (const { slot, lines } of registrations) slots[slot] = [...(slots[slot] ?? []), ...lines]
  return slots
}

/** Refuses lines for a file or a slot that no active layer has: they would vanish without a word. */
export function checkSlots(layers: readonly LoadedLayer[]): void {
  const templates = new Map(
    layers.flatMap(({ files }) => files.filter(({ template }) => template).map((file) => [file.path, file] as const)),
  )
  for (const { layer } of layers) {
    for (const { file, slot, lines, imports } of layer.registers ?? []) {
      const template = templates.get(file)
      const names = template ? slotsOf(decoder.decode(template.content)) : []
      const wanted = [...(lines.length > 0 ? [slot] : []), ...(imports?.length ? ['imports'] : [])]
      const missing = wanted.find((name) => !names.includes(name))
      if (missing) {
        throw new BoltError('layer-invalid', {
          message: `Layer ${layer.id} fills the slot ${missing} of ${file}, which is not there.`,
          why: template
            ? `Slots of ${file}: ${names.join(', ') || 'none'}`
            : `No active layer has a template for ${file}.`,
        })
      }
    }
  }
}

function setting({ key, about, schema }: EnvVar): string[] {
  return schema === undefined ? [] : [`/** ${about} */`, `${key}: ${schema},`]
}
