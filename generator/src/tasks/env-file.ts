/** `.env` for this machine: the example with fresh secrets filled in. Never overwritten, never in git, never in the state. */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Task, TaskResult } from '../types.ts'

type EnvFileTask = Extract<Task, { kind: 'env-file' }>

export async function writeEnvFile({ path: name, example, secrets }: EnvFileTask, root: string): Promise<TaskResult> {
  try {
    const text = await readFile(path.join(root, example), 'utf8')
    await writeFile(path.join(root, name), withSecrets(text, secrets), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      return { task: 'env-file', status: 'skipped', detail: `${name} exists already` }
    return {
      task: 'env-file',
      status: 'failed',
      detail: `${name} could not be written: ${(error as Error).message}`,
      retry: `cp ${example} ${name}`,
    }
  }
  return {
    task: 'env-file',
    status: 'done',
    detail: `${name} written${secrets.length > 0 ? ' with fresh secrets' : ''}`,
  }
}

function withSecrets(text: string, secrets: readonly string[]): string {
  return text
    .split('\n')
    .map((line) => {
      const key = /^(?:# )?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1]
      return key !== undefined && secrets.includes(key) ? `${key}=${randomBytes(32).toString('base64url')}` : line
    })
    .join('\n')
}
