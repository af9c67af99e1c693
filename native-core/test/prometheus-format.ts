import { expect } from 'vitest'

/** One sample of the text format. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

const metric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const pair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y

/**
 * Reads the Prometheus text format 0.0.4 as `promtool check metrics` does: HELP and TYPE once and before the samples, all samples of a metric
 * together, no series twice, counters end in _total, histograms complete and cumulative.
 */
export function parseMetrics(text: string): Sample[] {
  expect(text.endsWith('\n')).toBe(true)
  const samples: Sample[] = []
  const types = new Map<string, string>()
  const helped = new Set<string>()
  const series = new Set<string>()
  const families: string[] = []
  for (const one of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(one)
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment
      expect(name).toMatch(metric)
      expect((kind === 'HELP' ? helped : types).has(name), `${kind} of ${name} twice`).toBe(false)
      if (kind === 'HELP') helped.add(name)
      else types.set(name, rest)
      if (kind === 'TYPE') expect(['counter', 'gauge', 'histogram']).toContain(rest)
      continue
    }
    const [, name = '', inner, value = ''] = line.exec(one) ?? expect.fail(`no sample: ${one}`)
    const labels = parseLabels(inner ?? '')
    const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
    expect(types.get(family), `${name} has no TYPE before it`).toBeDefined()
    expect(helped.has(family), `${name} has no HELP before it`).toBe(true)
    if (types.get(family) === 'counter') expect(name).toMatch(/_total$/)
    if (families.at(-1) !== family) {
      expect(families, `samples of ${family} are apart`).not.toContain(family)
      families.push(family)
    }
    const key = `${name}{${JSON.stringify(Object.entries(labels).sort())}}`
    expect(series.has(key), `${key} twice`).toBe(false)
    series.add(key)
    expect(Number.isFinite(Number(value)), one).toBe(true)
    samples.push({ name, labels, value: Number(value) })
  }
  for (const [family, type] of types) if (type === 'histogram') checkHistogram(family, samples)
  return samples
}

/** The value of the one sample with these labels. */
export function sampleOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  const found = samples.filter(
    (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  )
  expect(found, `${name} ${JSON.stringify(labels)}`).toHaveLength(1)
  return found[0]?.value ?? Number.NaN
}

function parseLabels(inner: string): Record<string, string> {
  const labels: Record<string, string> = {}
  pair.lastIndex = 0
  while (pair.lastIndex < inner.length) {
    const found = pair.exec(inner)
    if (found === null) return expect.fail(`labels are malformed: ${inner}`)
    const [, name = '', value = ''] = found
    expect(Object.hasOwn(labels, name), `label ${name} twice`).toBe(false)
    labels[name] = value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
  }
  return labels
}

function checkHistogram(family: string, samples: readonly Sample[]): void {
  const keyOf = ({ labels: { le: _le, ...labels } }: Sample): string => JSON.stringify(labels)
  const keys = new Set(samples.filter(({ name }) => name === `${family}_bucket`).map(keyOf))
  for (const key of keys) {
    const of = (suffix: string): Sample[] =>
      samples.filter((one) => one.name === `${family}${suffix}` && keyOf(one) === key)
    const buckets = of('_bucket')
    const bounds = buckets.map(({ labels }) => (labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)))
    expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY)
    expect(bounds).toEqual([...bounds].sort((one, other) => one - other))
    const counts = buckets.map(({ value }) => value)
    expect(counts).toEqual([...counts].sort((one, other) => one - other))
    expect(of('_count')[0]?.value).toBe(counts.at(-1))
    expect(of('_sum')).toHaveLength(1)
  }
}
