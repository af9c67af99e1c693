/** As much of version ranges as the merge of dependencies needs. */

/** Whether the lowest version of a range is below that of another. False when one of them names no version (`*`, `workspace:`, an address). */
export function isBelow(range: string, minimum: string): boolean {
  const a = lowest(range)
  const b = lowest(minimum)
  return a !== undefined && b !== undefined && compareVersions(a, b) < 0
}

/** Order of two versions by number; a prerelease comes before its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)]
  for (let i = 0; i < 3; i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  if (left.pre === right.pre) return 0
  if (left.pre === '') return 1
  if (right.pre === '') return -1
  return comparePrerelease(left.pre.split('.'), right.pre.split('.'))
}

/** Whether the text is one exact version. */
export function isVersion(text: string): boolean {
  return /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(text)
}

function lowest(range: string): string | undefined {
  const match = /^(?:npm:(?:@[^/]+\/)?[^@]+@)?[~^>=v ]*(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)/.exec(range.trim())
  return match?.[1]
}

function split(version: string): { numbers: number[]; pre: string } {
  const [plain = ''] = version.split('+')
  const dash = plain.indexOf('-')
  const numbers = (dash === -1 ? plain : plain.slice(0, dash)).split('.').map(Number)
  return { numbers, pre: dash === -1 ? '' : plain.slice(dash + 1) }
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]]
    if (left === right) continue
    if (left === undefined) return -1
    if (right === undefined) return 1
    const [x, y] = [Number(left), Number(right)]
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1
    return (Number.isNaN(x) ? left < right : x < y) ? -1 : 1
  }
  return 0
}
