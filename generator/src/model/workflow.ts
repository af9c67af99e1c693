/** The workflow: one job whose steps come from the layers, and further jobs they bring. Actions are pinned by commit, the tag as a comment. */
import { Document, isScalar, type Scalar, visit } from 'yaml'
import { BoltError } from '../errors.ts'
import type { CiStep } from '../layer.ts'
import { type PackageManager, packageManagers, scriptCommand } from '../package-managers.ts'
import type { PlannedFile } from '../types.ts'
import { actions } from '../versions.ts'
import { mergeData } from './merge.ts'
import { type ModelInput, modelFile } from './model.ts'

export function workflowFile({ layers, answers }: ModelInput): PlannedFile | undefined {
  const workflow = layers.map(({ layer }) => layer.workflow).find((each) => each !== undefined)
  if (!workflow) return undefined
  const pm = packageManagers[answers.packageManager]
  const setup = workflow.setup[answers.packageManager]
  if (!setup)
    throw new BoltError('layer-invalid', {
      message: `${workflow.path} has no set-up steps for ${answers.packageManager}.`,
    })
  const steps = [...setup, ...layers.flatMap(({ layer }) => layer.ci ?? [])].map((each) => step(each, pm))
  const jobs = mergeData(
    [{ [workflow.job]: { ...workflow.settings, steps } }, ...layers.map(({ layer }) => layer.ciJobs ?? {})],
    workflow.path,
  )
  const { name, on, permissions, env } = workflow
  const document = new Document({ name, on, ...(permissions && { permissions }), ...(env && { env }), jobs })
  pinActions(document)
  return modelFile(workflow.path, 'structured', document.toString({ lineWidth: 0, nullStr: '' }))
}

function step({ script, run, ...rest }: CiStep, pm: PackageManager): Record<string, unknown> {
  const { name, ...others } = rest
  const command = script === undefined ? run : scriptCommand(pm, script)
  return { name, ...others, ...(command === undefined ? {} : { run: command }) }
}

/** `uses: actions/checkout` → `uses: actions/checkout@<commit> # <tag>`. */
function pinActions(document: Document): void {
  visit(document, {
    Pair(_key, pair) {
      if (!isScalar(pair.key) || pair.key.value !== 'uses' || !isScalar(pair.value)) return
      const node: Scalar = pair.value
      const action = String(node.value)
      const pin = actions[action]
      if (!pin) throw new BoltError('layer-invalid', { message: `The action ${action} has no version in versions.ts.` })
      const [commit, tag] = pin.split(' # ')
      node.value = `${action}@${commit}`
      if (tag) node.comment = ` ${tag}`
    },
  })
}
