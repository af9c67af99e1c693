/** What templates may name: answers, words of the package manager, pinned versions. */
import type { OptionTable } from './option.ts'
import { options } from './options.ts'
import { type PackageManager, packageManagers } from './package-managers.ts'
import { recreateCommand } from './recreate.ts'
import type { TemplateContext } from './render.ts'
import type { Answers } from './types.ts'
import { actions, images, tools } from './versions.ts'

/** The context of every template of one plan; every option is in it, those not asked as null. */
export function templateContext(answers: Answers, version: string): TemplateContext {
  const pm: PackageManager = packageManagers[answers.packageManager]
  const asked = Object.keys(options satisfies OptionTable).map(
    (id) => [id, (answers as Record<string, unknown>)[id] ?? null] as const,
  )
  return {
    ...Object.fromEntries(asked),
    pm: { ...pm },
    tools: { ...tools },
    images: { ...images },
    actions: { ...actions },
    version,
    recreate: recreateCommand(answers, version),
  }
}
