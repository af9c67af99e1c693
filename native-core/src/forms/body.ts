import { Refusal } from '../refusal.ts'
import type { RequestContext } from '../request-context.ts'
import type { FormStep } from '../runner.ts'
import { coercePart } from '../schema/coerce.ts'
import type { Violation } from '../violation.ts'
import { FormFault } from './fault.ts'
import { type Form, readForm } from './read.ts'
import { formViolationsOf } from './violations.ts'

/** Reads and checks the form of a request; its files are gone after the returned function was called. */
export async function takeForm(ctx: RequestContext, step: FormStep): Promise<() => Promise<void>> {
  const form = await read(ctx, step)
  try {
    const { value, faults } = valuesOf(form, step)
    const result = await step.schema['~standard'].validate(value)
    const violations = [...faults, ...(result.issues === undefined ? [] : formViolationsOf(result.issues, value))]
    const isTold = (one: Violation, at: number): boolean =>
      violations.findIndex(({ path }) => path === one.path) === at || !faults.some(({ path }) => path === one.path)
    if (violations.length > 0 || result.issues !== undefined)
      throw new Refusal(422, 'The request does not fit its schema', { errors: violations.filter(isTold) })
    ctx._body = result.value
  } catch (error) {
    await form.discard()
    throw error
  }
  return () => form.discard()
}

async function read(ctx: RequestContext, step: FormStep): Promise<Form> {
  const type = ctx._runtime.binding.header(ctx._handle, 'content-type') ?? ''
  try {
    return await readForm(type, ctx.request.stream(), step.settings, ctx._runtime.uploads)
  } catch (error) {
    if (error instanceof FormFault) throw new Refusal(error.status, error.message)
    // The client went away, or the host refused the rest of the body: nobody gets this answer.
    if ((error as Error).name === 'AbortError') throw new Refusal(400, 'The form ended too early')
    throw error
  }
}

/** Texts as the schema types them, and files. */
function valuesOf(form: Form, step: FormStep): { value: Record<string, unknown>; faults: Violation[] } {
  const texts = new Map([...form.fields].filter(([name]) => !form.files.has(name)))
  const { value, faults } = coercePart('body', step.engine, texts)
  for (const [name, files] of form.files) {
    if (!step.names.has(name) && !step.isStrict) continue
    const isList = step.lists.has(name)
    put(value, name, isList ? files : files[0])
    const isTwice = (!isList && files.length > 1) || form.fields.has(name)
    if (isTwice) faults.push({ in: 'body', path: `/${name}`, code: 'type', message: 'must be given only once' })
  }
  return { value, faults }
}

function put(value: Record<string, unknown>, name: string, entry: unknown): void {
  Object.defineProperty(value, name, { value: entry, enumerable: true, writable: true, configurable: true })
}
