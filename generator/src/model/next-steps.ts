/** What to do after creation, as the layers say, in the words of the package manager. */
import { packageManagers, scriptCommand } from '../package-managers.ts'
import type { ModelInput } from './model.ts'

export function nextSteps({ layers, answers }: ModelInput): string[] {
  const pm = packageManagers[answers.packageManager]
  return layers
    .flatMap(({ layer }) => layer.next ?? [])
    .map((step) =>
      typeof step === 'string' ? step : `${scriptCommand(pm, step.script)}${step.about ? `   # ${step.about}` : ''}`,
    )
}
