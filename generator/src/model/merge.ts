import { BoltError } from '../errors.ts'

type Data = Readonly<Record<string, unknown>>

/**
 * Declarations of several layers as one value: maps by key, lists joined without repeats, equal scalars once.
 * Two different scalars under one key are a contradiction between layers.
 */
export function mergeData(parts: readonly Data[], where: string): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) {
      merged[key] = Object.hasOwn(merged, key) ? mergeValue(merged[key], value, `${where}.${key}`) : value
    }
  }
  return merged
}

function mergeValue(a: unknown, b: unknown, where: string): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b.filter((item) => !a.some((other) => same(other, item)))]
  if (isData(a) && isData(b)) return mergeData([a, b], where)
  if (same(a, b)) return a
  throw new BoltError('layer-invalid', {
    message: `Two layers disagree on ${where}.`,
    why: `${JSON.stringify(a)} and ${JSON.stringify(b)}`,
  })
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
