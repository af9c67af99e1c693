import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'tsdown'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the package as it is published: package.json and dist/. */
    packageFolder: string
  }
}

/** Builds the package once into a folder of its own, so that tests use what users get and never a stale dist/. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'create-bolt-app-package-'))
  const root = path.join(import.meta.dirname, '../..')
  await build({ cwd: root, outDir: path.join(folder, 'dist'), logLevel: 'error' })
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'))
  provide('packageFolder', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
