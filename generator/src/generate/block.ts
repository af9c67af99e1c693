/** The templates of in-project generators; they ship beside those of the layers. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { packagedFolder } from '../packaged-folder.ts'
import type { BlockTemplates } from './render-resource.ts'

/** The templates of one block, by file name. */
export async function loadBlock(name: string): Promise<BlockTemplates> {
  const folder = path.join(packagedFolder('blocks'), name)
  const names = (await readdir(folder)).filter((each) => each.endsWith('.hbs')).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (each) => [each, await readFile(path.join(folder, each), 'utf8')] as const)),
  )
}
