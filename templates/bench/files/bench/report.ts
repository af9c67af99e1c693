import type { Figures } from './measure.ts'

export interface Measured extends Figures {
  readonly name: string
  /** Rate as a part of the bare server's. */
  readonly ratio: number
  readonly atLeast: number
}

/** Prints the table, with the change since the last run; returns the names whose budget is broken. */
export function report(rows: readonly Measured[], last: readonly Measured[]): string[] {
  console.table(
    Object.fromEntries(
      rows.map(({ name, rate, p99, ratio, atLeast }) => [
        name,
        {
          'requests/s': Math.round(rate),
          'p99 ms': p99,
          'of node:http': ratio.toPrecision(2),
          budget: atLeast > 0 ? `≥ ${atLeast}` : '',
          'last run': change(
            ratio,
            last.find((row) => row.name === name),
          ),
        },
      ]),
    ),
  )
  return rows.filter(({ ratio, atLeast }) => ratio < atLeast).map(({ name }) => name)
}

/** Ratios are compared, not rates: they depend less on what else the machine does. */
function change(ratio: number, last: Measured | undefined): string {
  if (last === undefined) return ''
  const percent = Math.round((ratio / last.ratio - 1) * 100)
  return `${percent >= 0 ? '+' : ''}${percent} %`
}
