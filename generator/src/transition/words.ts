/** Paths that a user types, from where they stand. */
import path from 'node:path'
import type { Io } from '../types.ts'
import type { Project } from './project.ts'

/** A typed path as the manifest has it: relative to the project, with forward slashes; empty for the project itself. */
export function projectPath({ root }: Pick<Project, 'root'>, word: string, { cwd }: Pick<Io, 'cwd'>): string {
  return path.relative(root, path.resolve(cwd, word)).split(path.sep).join('/')
}
