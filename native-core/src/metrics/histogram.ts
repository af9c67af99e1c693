/** How often something took how long: by bound, and one more for what is beyond all of them. */
export interface Histogram {
  buckets: number[]
  /** Microseconds. */
  sum: number
}

/** One for so many bounds, and what is beyond them. */
export function emptyHistogram(bounds: readonly number[]): Histogram {
  return { buckets: Array(bounds.length + 1).fill(0) as number[], sum: 0 }
}

/** Adds one of the same bounds. */
export function addHistogram(sum: Histogram, more: Histogram): void {
  add(sum.buckets, more.buckets)
  sum.sum += more.sum
}

/** Adds numbers, place by place. */
export function add(sums: number[], more: readonly number[]): void {
  for (const [index, value] of more.entries()) sums[index] = (sums[index] ?? 0) + value
}
