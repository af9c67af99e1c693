/** The only reader of templates: finds the layers, reads their files, and refuses layers that contradict each other. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { BoltError } from './errors.ts'
import type { Layer, LayerFile, LoadedLayer, Section } from './layer.ts'
import { checkLayers } from './layers-check.ts'
import { packagedFolder } from './packaged-folder.ts'

const declared = import.meta.glob<Layer>('../../templates/*/layer.ts', { eager: true, import: 'default' })

/** All layers of this version with their files, checked, in the order their declarations apply. */
export async function loadLayers(): Promise<LoadedLayer[]> {
  return readLayers(Object.values(declared), packagedFolder('templates'))
}

/** The given layers with the files under `root/<id>/`, checked and ordered. */
export async function readLayers(layers: readonly Layer[], root: string): Promise<LoadedLayer[]> {
  const loaded = await Promise.all(layers.map((layer) => readLayer(layer, path.join(root, layer.id))))
  return checkLayers(inOrder(loaded))
}

async function readLayer(layer: Layer, folder: string): Promise<LoadedLayer> {
  const base = path.join(folder, 'files')
  const sources = await filesBelow(base)
  const files = await Promise.all(
    sources.map(async (source): Promise<LayerFile> => {
      const template = source.endsWith('.hbs')
      return {
        path: outputPath(source),
        source: `templates/${layer.id}/files/${source}`,
        content: await readFile(path.join(base, source)),
        template,
      }
    }),
  )
  const texts: Record<string, string> = {}
  for (const section of [layer.readme ?? [], layer.agents ?? []].flat() as Section[]) {
    texts[section.file] = await readFile(path.join(folder, section.file), 'utf8').catch((cause: unknown) => {
      throw new BoltError('layer-invalid', {
        message: `Layer ${layer.id} names ${section.file}, which cannot be read.`,
        cause,
      })
    })
  }
  return { layer, files, texts }
}

/** Paths of all files below a folder, relative, with forward slashes, sorted; none when the folder is missing. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
}

/**
 * Where a stored file goes: `.hbs` is taken off, one leading underscore of a segment is a dot, two are one underscore.
 * npm leaves `.gitignore` and `.npmrc` out of packages, so no stored name may begin with a dot.
 */
export function outputPath(stored: string): string {
  return stored
    .replace(/\.hbs$/, '')
    .split('/')
    .map((segment) => segment.replace(/^__/, '\u0000').replace(/^_/, '.').replace('\u0000', '_'))
    .join('/')
}

/** Layers after those they name in `after`, alphabetical where that leaves a choice. */
function inOrder(layers: readonly LoadedLayer[]): LoadedLayer[] {
  const open = [...layers].sort((a, b) => (a.layer.id < b.layer.id ? -1 : 1))
  const known = new Set(open.map(({ layer }) => layer.id))
  const done = new Set<string>()
  const ordered: LoadedLayer[] = []
  while (open.length > 0) {
    const index = open.findIndex(({ layer }) => (layer.after ?? []).every((id) => done.has(id) || !known.has(id)))
    const next = open[index]
    if (!next) {
      const names = open.map(({ layer }) => layer.id).join(', ')
      throw new BoltError('layer-invalid', {
        message: 'Layers wait for each other.',
        why: `A circle of \`after\` among: ${names}`,
      })
    }
    open.splice(index, 1)
    done.add(next.layer.id)
    ordered.push(next)
  }
  return ordered
}
