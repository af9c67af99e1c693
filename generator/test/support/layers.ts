import type { Layer, LayerFile, LoadedLayer } from '../../src/layer.ts'

/** A layer with its files, without a disk. A path that ends in `.hbs` is a template. */
export function loaded(
  layer: Partial<Layer> & { id: string },
  files: Readonly<Record<string, string>> = {},
  texts: Readonly<Record<string, string>> = {},
): LoadedLayer {
  return {
    layer: { about: 'for a test', ...layer },
    files: Object.entries(files).map(
      ([path, text]): LayerFile => ({
        path: path.replace(/\.hbs$/, ''),
        source: `templates/${layer.id}/files/${path}`,
        content: new TextEncoder().encode(text),
        template: path.endsWith('.hbs'),
      }),
    ),
    texts,
  }
}
