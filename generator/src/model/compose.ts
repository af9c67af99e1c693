/** The compose file: services and volumes of all layers. */
import { stringify } from 'yaml'
import type { PlannedFile } from '../types.ts'
import { mergeData } from './merge.ts'
import { type ModelInput, modelFile } from './model.ts'

export function composeFile({ layers, answers }: ModelInput): PlannedFile | undefined {
  const path = layers.map(({ layer }) => layer.composeFile).find((each) => each !== undefined)
  if (path === undefined) return undefined
  const services = mergeData(
    layers.map(({ layer }) => layer.services ?? {}),
    `${path}: services`,
  )
  const volumes = mergeData(
    layers.map(({ layer }) => layer.volumes ?? {}),
    `${path}: volumes`,
  )
  const data = {
    name: answers.name.replace(/^@/, '').replace(/[^a-z0-9_-]/g, '-'),
    services,
    ...(Object.keys(volumes).length > 0 ? { volumes } : {}),
  }
  return modelFile(path, 'structured', stringify(data, { lineWidth: 0, nullStr: '' }))
}
