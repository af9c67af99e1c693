/** Work after a transition: packages if package.json asks for others now, and what `.env` lacks. */
import { installPackages } from '../tasks/install.ts'
import type { CommandArgs, Io, Plan, TaskResult } from '../types.ts'
import { parseJson } from './merge-json.ts'
import { isMap, sameValue } from './merge-value.ts'
import type { Project } from './project.ts'
import type { Outcome } from './run.ts'
import { readText } from './text.ts'

const INSTALLED = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'overrides',
  'workspaces',
]

/** Runs the package manager if dependencies changed. The lockfile is never merged: its tool makes it again. */
export async function installIfNeeded(
  { root }: Project,
  { transition, tree }: Outcome,
  plan: Plan,
  args: CommandArgs,
  io: Io,
): Promise<TaskResult[]> {
  const decision = transition.decisions.find(({ path }) => path === 'package.json')
  const before = tree.get('package.json')
  if (!decision?.write || before?.kind !== 'file') return []
  if (sameDependencies(before.content, decision.write.content)) return []
  const name = plan.answers.packageManager
  if (args.flags.install === false)
    return [
      { task: 'install', status: 'skipped', detail: 'packages not installed (--no-install)', retry: `${name} install` },
    ]
  const result = await installPackages(name, { root, io, version: plan.version })
  if (result.status === 'done') io.ui.done(result.detail)
  else io.ui.warn(result.detail)
  return [result]
}

/** Variables that the new `.env.example` sets and the local `.env` does not. */
export async function missingVariables({ root, disk }: Project): Promise<string[]> {
  const read = async (path: string): Promise<string | undefined> =>
    (await disk.stat(`${root}/${path}`))?.kind === 'file'
      ? new TextDecoder().decode(await disk.read(`${root}/${path}`))
      : undefined
  const [example, local] = [await read('.env.example'), await read('.env')]
  if (example === undefined || local === undefined) return []
  const keys = (text: string): string[] =>
    [...text.matchAll(/^(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm)].map((match) => match[1] ?? '')
  const known = new Set(keys(local))
  return keys(example).filter((key) => !known.has(key))
}

function sameDependencies(before: Uint8Array, after: Uint8Array): boolean {
  const [a, b] = [before, after].map((content) => parseJson(readText(content)?.text ?? ''))
  return isMap(a) && isMap(b) && INSTALLED.every((key) => sameValue(a[key], b[key]))
}
