/** What a transition asks of git, if there is one. Plumbing only, without hooks and without the user's settings. */
import { execa } from 'execa'
import { BoltError } from '../errors.ts'
import { childEnvironment } from '../tasks/environment.ts'
import type { Io } from '../types.ts'

type Surroundings = Pick<Io, 'env' | 'signal'>

const QUIET = [
  '--no-optional-locks',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
]

/** Refuses to go on when tracked files in the project's folder have changes that git does not keep yet. */
export async function refuseDirty(root: string, io: Surroundings): Promise<void> {
  const head = await git(root, io, ['rev-parse', '--quiet', '--verify', 'HEAD'])
  if (head.exitCode !== 0) return
  const status = await git(root, io, [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=no',
    '--no-renames',
    '--',
    '.',
  ])
  if (status.exitCode !== 0) throw gitFailed('status', status.stderr)
  const paths = status.stdout.split('\0').flatMap((line) => (line.length > 3 ? [line.slice(3)] : []))
  if (paths.length === 0) return
  throw new BoltError('transition-refused', {
    message: 'The project has uncommitted changes',
    why: paths.slice(0, 10).join(', ') + (paths.length > 10 ? ` and ${paths.length - 10} more` : ''),
    hint: 'Commit them first, so that what bolt changes can be told apart; or pass --allow-dirty (bolt keeps its own backups for bolt undo)',
  })
}

/** The three sides of a file with conflict markers. */
export interface Unmerged {
  readonly path: string
  readonly mode: string
  readonly base: Uint8Array
  readonly yours: Uint8Array
  readonly incoming: Uint8Array
}

/** Makes git show the files as unmerged, as after a merge of its own. Files that git does not track are left out. */
export async function markUnmerged(root: string, io: Surroundings, files: readonly Unmerged[]): Promise<void> {
  if (files.length === 0) return
  const prefix = await git(root, io, ['rev-parse', '--show-prefix'])
  if (prefix.exitCode !== 0) return
  const lines: string[] = []
  for (const file of files) {
    const tracked = await git(root, io, ['ls-files', '--error-unmatch', '-z', '--', literal(file.path)])
    if (tracked.exitCode !== 0) continue
    const full = prefix.stdout.replace(/\n$/, '') + file.path
    lines.push(`0 ${'0'.repeat(40)}\t${full}`)
    for (const [index, side] of [file.base, file.yours, file.incoming].entries()) {
      const blob = await git(root, io, ['hash-object', '-w', '--stdin', '--no-filters'], side)
      if (blob.exitCode !== 0) throw gitFailed('hash-object', blob.stderr)
      lines.push(`${file.mode} ${blob.stdout.trim()} ${index + 1}\t${full}`)
    }
  }
  if (lines.length === 0) return
  const input = new TextEncoder().encode(`${lines.join('\0')}\0`)
  const update = await git(root, io, ['update-index', '-z', '--index-info'], input)
  if (update.exitCode !== 0) throw gitFailed('update-index', update.stderr)
}

/** Takes files out of the unmerged state again; their content is left alone. */
export async function unmarkUnmerged(root: string, io: Surroundings, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  const listed = await git(root, io, ['ls-files', '--unmerged', '-z', '--', ...paths.map(literal)])
  if (listed.exitCode !== 0 || listed.stdout === '') return
  const reset = await git(root, io, ['reset', '--quiet', '--', ...paths.map(literal)])
  if (reset.exitCode !== 0) throw gitFailed('reset', reset.stderr)
}

function git(root: string, { env, signal }: Surroundings, args: readonly string[], input?: Uint8Array) {
  return execa('git', [...QUIET, ...args], {
    cwd: root,
    env: childEnvironment(env),
    extendEnv: false,
    reject: false,
    cancelSignal: signal,
    timeout: 60_000,
    ...(input ? { input } : {}),
  })
}

/** A path as a pathspec without wildcards: `[id].ts` names one file. */
function literal(path: string): string {
  return `:(literal)${path}`
}

function gitFailed(what: string, detail: string): BoltError {
  return new BoltError('transition-refused', {
    message: `git ${what} failed`,
    why: detail.trim(),
    hint: 'Repair the repository and run the command again',
  })
}
