/** Where the project goes: a folder that is new or empty. */
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { settleInterrupted } from '../apply/create.ts'
import { BoltError } from '../errors.ts'

/** What may lie in a folder that counts as empty. */
const HARMLESS = new Set(['.git', '.DS_Store', 'Thumbs.db'])

export type TargetState = 'new' | 'empty' | 'project' | 'occupied'

/** What is at the path now. */
export async function targetState(target: string): Promise<TargetState> {
  const stat = await lstat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw notUsable(target, error)
  })
  if (!stat) return 'new'
  if (stat.isDirectory()) await settleInterrupted(target)
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    throw notUsable(target, error)
  })
  if (entries.includes('.bolt')) return 'project'
  return entries.every((entry) => HARMLESS.has(entry)) ? 'empty' : 'occupied'
}

export function occupiedError(target: string): BoltError {
  return new BoltError('target-not-empty', {
    message: `${target} is not empty.`,
    why: 'A new project needs a new or an empty folder; nothing is ever overwritten.',
    hint: 'Give another folder, or empty this one.',
  })
}

export function projectError(target: string): BoltError {
  return new BoltError('already-a-project', {
    message: `${target} already holds a generated project.`,
    hint: `Move it to this version with: cd ${shown(target)} && npx bolt upgrade`,
  })
}

/** The path as a person standing in `cwd` would write it. */
export function shown(target: string, cwd = process.cwd()): string {
  const relative = path.relative(cwd, target)
  return relative === '' ? '.' : relative.startsWith('..') ? target : relative
}

function notUsable(target: string, cause: NodeJS.ErrnoException): BoltError {
  const why = cause.code === 'ENOTDIR' ? 'It, or something above it, is a file.' : cause.message
  return new BoltError('target-not-usable', {
    message: `${target} cannot be used.`,
    why,
    hint: 'Give another folder.',
    cause,
  })
}
