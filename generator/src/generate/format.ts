/** The project's own formatter over text that is not on disk yet, so that what is written passes the project's own lint. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { childEnvironment } from '../tasks/environment.ts'
import type { Io } from '../types.ts'

const PATIENCE = 30_000

/** A function that formats a file of the project; nothing when its Biome is not installed. */
export function projectFormatter(
  root: string,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): ((file: string, text: string) => Promise<string>) | undefined {
  const biome = path.join(root, 'node_modules/.bin/biome')
  if (!existsSync(biome)) return undefined
  return async (file, text) => {
    const { stdout, failed } = await execa(biome, ['check', '--write', `--stdin-file-path=${file}`], {
      cwd: root,
      input: text,
      env: childEnvironment(env),
      extendEnv: false,
      stripFinalNewline: false,
      reject: false,
      timeout: PATIENCE,
      cancelSignal: signal,
    })
    signal.throwIfAborted()
    return failed || stdout === '' ? text : stdout
  }
}
