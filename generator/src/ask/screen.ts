/** The lines that stay above the current question: headings and answers given; going back takes the last ones away again. */
import type { Io } from '../types.ts'

export interface Screen {
  /** Adds lines that belong to one step. */
  push(lines: readonly string[]): void
  /** Takes the lines of the last step away. */
  pop(): void
}

export function createScreen({ stdout }: Pick<Io, 'stdout'>): Screen {
  const steps: number[] = []
  return {
    push(lines) {
      for (const line of lines) stdout.write(`${line}\n`)
      steps.push(lines.length)
    },
    pop() {
      for (let left = steps.pop() ?? 0; left > 0; left--) stdout.write('\u001b[1A\u001b[2K')
      stdout.write('\r')
    },
  }
}
