import type { FormLimits } from './limits.ts'

/** A form that cannot be read: 400 for bytes that are no form, 413 for one beyond a bound. */
export class FormFault extends Error {
  readonly status: 400 | 413

  constructor(status: 400 | 413, message: string) {
    super(message)
    this.status = status
  }
}

/** The bytes are no form of their kind. */
export function malformed(reason: string): FormFault {
  return new FormFault(400, `The form is malformed: ${reason}.`)
}

/** Names the knob of a bound that was crossed. */
export function beyond(limits: FormLimits, name: keyof FormLimits, what: string): FormFault {
  return new FormFault(413, `${what} ${limits[name]} (forms.${name}, or formLimits.${name} of the route).`)
}
