/** Answers that are each legal but do not go together. A rule is broken when its condition holds; all broken ones are reported at once. */
import { matches, type PartialAnswers, type When } from './option.ts'

export interface Rule {
  readonly id: string
  /** The combination that is refused. */
  readonly when: When
  readonly message: string
  /** What to choose instead, as flags. */
  readonly fix: string
}

export const rules: readonly Rule[] = [
  {
    id: 'auth-needs-database',
    when: { auth: 'sessions', database: 'none' },
    message: 'sign-in keeps its users and sessions in a database',
    fix: '--database postgres or --auth none',
  },
  {
    id: 'example-needs-database',
    when: { example: 'notes', database: 'none' },
    message: 'the notes example keeps its notes in a database',
    fix: '--database postgres or --example none',
  },
  {
    id: 'example-needs-auth',
    when: { example: 'notes', auth: 'none' },
    message: 'each note of the example belongs to a signed-in user',
    fix: '--auth sessions or --example none',
  },
]

/** The rules that these answers break; options that are still open break none. */
export function brokenRules(answers: PartialAnswers): Rule[] {
  return rules.filter((rule) => matches(rule.when, answers))
}

/** Why a choice cannot be made beside the answers there are, or nothing when it can. */
export function whyForbidden(id: string, value: string | boolean, answers: PartialAnswers): string | undefined {
  return brokenRules({ ...answers, [id]: value }).find((rule) => id in rule.when)?.message
}
