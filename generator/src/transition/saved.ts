/** The answers a project was made with, as a complete and legal value of this version. */
import { savedAnswers } from '../answers.ts'
import type { OptionTable } from '../option.ts'
import { options } from '../options.ts'
import type { ProjectFile } from '../state/project-file.ts'
import type { Answers, Io } from '../types.ts'
import { version } from '../version.ts'
import { compareVersions } from './version-range.ts'

/** Checks the saved answers; on the way to an older version, options it does not know yet are dropped and named. */
export function answersOf(project: ProjectFile, { ui }: Pick<Io, 'ui'>): Answers {
  const table: OptionTable = options
  if (compareVersions(project.version, version) <= 0) return savedAnswers(project.answers)
  const known = (key: string): boolean =>
    Object.hasOwn(table, key) || Object.values(table).some((option) => option.formerly?.includes(key))
  const dropped = Object.keys(project.answers).filter((key) => !known(key))
  if (dropped.length > 0) ui.warn(`${version} does not know these options of ${project.version}: ${dropped.join(', ')}`)
  return savedAnswers(Object.fromEntries(Object.entries(project.answers).filter(([key]) => known(key))))
}
