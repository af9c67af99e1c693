import { completeAnswers, mergeGiven } from '../../src/answers.ts'
import type { Answers } from '../../src/types.ts'

/** Complete answers: defaults with some values changed; illegal ones throw as for a user. */
export function answersWith(values: Readonly<Record<string, unknown>> = {}): Answers {
  return completeAnswers(mergeGiven([{ source: 'flag', values }]), {})
}

/** The error that a function throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
