import { BoltError } from './errors.ts'
import type { GuardPlan } from './plan.ts'

/** A rule on verified claims; a request that breaks it is answered 403. */
export interface Guard {
  /** @internal */
  readonly rules: readonly GuardPlan[]
}

type ClaimValue = string | number | boolean

/**
 * Requires claims to have a value: the claim, or one member of an array claim, must be (one of) the given. Checked in Rust.
 * @example guard: requires({ role: ['admin', 'editor'], 'org.active': true })
 */
export function requires(claims: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>): Guard {
  const entries = typeof claims === 'object' && claims !== null ? Object.entries(claims) : []
  if (entries.length === 0) {
    throw new BoltError('invalid-option', 'requires() names no claim', "write for example requires({ role: 'admin' })")
  }
  const rules = entries.map(([claim, value]) => {
    const oneOf = Array.isArray(value) ? [...(value as readonly ClaimValue[])] : [value as ClaimValue]
    if (oneOf.length === 0 || oneOf.some((item) => !['string', 'number', 'boolean'].includes(typeof item))) {
      throw new BoltError(
        'invalid-option',
        `requires(): claim '${claim}' is compared with ${JSON.stringify(value)}`,
        'give a string, number or boolean, or a non-empty list of them',
      )
    }
    return { claim, oneOf }
  })
  return { rules }
}
