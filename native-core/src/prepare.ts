import type { Claims } from './auth.ts'
import { FileReply } from './file.ts'
import { JsonText } from './json-text.ts'
import { Refusal } from './refusal.ts'
import { Reply } from './reply.ts'
import { type RequestContext, readBody, readerOf, readPart } from './request-context.ts'
import { guardsHold, type HandlerRunner, type LibraryStep } from './runner.ts'
import type { Schema } from './schema/standard.ts'
import { isStream } from './source.ts'
import { keysOf, MAX_VIOLATIONS, type Violation, violationsOf } from './violation.ts'

/** Asks who is there when no token told, then checks the rules on the claims. */
export async function admit(ctx: RequestContext, runner: HandlerRunner): Promise<void> {
  if (!runner.hasAuth) return
  const verified = ctx.auth
  if (verified !== undefined) {
    for (const isRevoked of runner.revoked) if (await isRevoked(verified as Claims)) throw revoked()
    if (runner.claims.length > 0) ctx._auth = await shaped(runner.claims, verified)
    return
  }
  for (const { ask } of runner.asks) {
    const claims = await ask(ctx)
    if (claims === null || claims === undefined) continue
    if (!guardsHold(runner.guards, claims)) throw new Refusal(403, 'Not allowed')
    ctx._auth = claims
    return
  }
  throw unauthorized(ctx)
}

function revoked(): Refusal {
  return new Refusal(401, 'The token was revoked', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
}

async function shaped(schemas: readonly Schema[], claims: unknown): Promise<unknown> {
  for (const schema of schemas) {
    const result = await schema['~standard'].validate(claims)
    if (result.issues === undefined) return result.value
  }
  throw new Refusal(401, 'The token does not have the expected claims', {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })
}

function unauthorized(ctx: RequestContext): Refusal {
  const sent = ctx._runtime.binding.header(ctx._handle, 'authorization')
  const challenge = sent !== undefined && /^bearer /i.test(sent) ? 'Bearer error="invalid_token"' : 'Bearer'
  return new Refusal(401, 'Sign in first', { headers: { 'www-authenticate': challenge } })
}

/** Runs the schema libraries of parts that JSON Schema cannot say completely; all violations are reported at once. */
export async function runLibrary(ctx: RequestContext, runner: HandlerRunner): Promise<void> {
  const violations: Violation[] = []
  for (const step of runner.library) {
    const result = await step.schema['~standard'].validate(rawPart(ctx, runner, step))
    if (result.issues === undefined) keep(ctx, step, result.value)
    else violations.push(...violationsOf(result.issues, step.part))
  }
  if (violations.length > 0)
    throw new Refusal(422, 'The request does not fit its schema', { errors: violations.slice(0, MAX_VIOLATIONS) })
}

function rawPart(ctx: RequestContext, runner: HandlerRunner, { part }: LibraryStep): unknown {
  if (part === 'body') return readBody(runner, ctx._inputs)
  const slot = runner[part]
  return slot === null ? undefined : readPart(slot, ctx._inputs)
}

function keep(ctx: RequestContext, { part }: LibraryStep, value: unknown): void {
  if (part === 'headers') ctx._headers = readerOf(ctx, value)
  else ctx[`_${part}`] = value
}

/** Checks what a handler returned against the route's `response`; a mismatch is the handler's bug. */
export async function checkResponse(runner: HandlerRunner, value: unknown): Promise<void> {
  if (value instanceof Response || value instanceof FileReply) return
  const status = value instanceof Reply ? (value.status ?? runner.status) : runner.status
  const schema = runner.responses.get(status) ?? (status < 300 ? runner.response : null)
  if (schema === null) return
  const given: unknown = value instanceof Reply ? value.value : value
  const content = given instanceof JsonText ? given.toJSON() : given
  if (content instanceof FileReply || isStream(content)) return
  const result = await schema['~standard'].validate(content)
  if (result.issues === undefined) return
  const reasons = result.issues.map((issue) => {
    const path = keysOf(issue).map(String).join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
  throw new TypeError(`${runner.label} returned a value that its response schema refuses: ${reasons.join('; ')}`)
}
