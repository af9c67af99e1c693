import type { Input } from '../binding.d.ts'
import { parseCookies } from '../cookies.ts'
import type { AppPlan, HandlerRoute, JsonSchema, RoutePlan } from '../plan.ts'
import { guardsHold } from '../runner.ts'
import { coercePart } from '../schema/coerce.ts'
import type { Violation } from '../violation.ts'
import { assertFits, hasBody, readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { parseStrict } from './json-text.ts'
import { parseQuery } from './query.ts'
import { type RateCheck, takeRates } from './rate-limit.ts'
import { Rejection } from './rejection.ts'
import type { TokenCheck } from './tokens.ts'
import { type Validate, Validators } from './validate.ts'

interface CompiledPart {
  place: 'params' | 'query' | 'headers' | 'cookies'
  names: readonly string[]
  schema: JsonSchema
  validate: Validate
}

/** A handler route of the plan with its schemas compiled. */
export interface CompiledRoute {
  plan: HandlerRoute
  parts: CompiledPart[]
  body: Validate | null
  paramNames: string[]
}

/** Compiles the handler routes of a plan; the index is the route's id. */
export function compileRoutes(routes: readonly RoutePlan[]): Array<CompiledRoute | undefined> {
  const validators = new Validators()
  return routes.map((declared) => {
    const route = declared.kind === 'socket' ? declared.request : declared
    if (route.kind !== 'handler') return undefined
    const paramNames = [...route.path.matchAll(/[:*]([A-Za-z_][A-Za-z0-9_]*)/g)].map((match) => match[1] as string)
    const places = [
      { place: 'params' as const, part: route.params === null ? null : { names: paramNames, schema: route.params } },
      { place: 'query' as const, part: route.query },
      { place: 'headers' as const, part: route.headers },
      { place: 'cookies' as const, part: route.cookies },
    ]
    const parts = places.flatMap(({ place, part }) =>
      part === null ? [] : [{ place, ...part, validate: validators.compile(part.schema) }],
    )
    return { plan: route, parts, body: route.body === null ? null : validators.compile(route.body.schema), paramNames }
  })
}

/** What requests are checked against before their content is looked at, by index in the plan. */
export interface Policies {
  tokens: readonly TokenCheck[]
  rates: readonly RateCheck[]
}

/** Limits, signs in, coerces and validates; returns what the dispatcher gets, or throws a Rejection. */
export async function prepareInputs(
  plan: AppPlan,
  route: CompiledRoute,
  exchange: Exchange,
  params: readonly string[],
  { tokens, rates }: Policies,
): Promise<Input[]> {
  takeRates(rates, route.plan.rateLimits, exchange, false)
  await admit(route.plan, exchange, tokens)
  takeRates(rates, route.plan.rateLimits, exchange, true)
  const violations: Violation[] = []
  const inputs: Input[] = route.plan.params === null ? [...params] : []
  for (const part of route.parts) {
    const { value, faults } = coercePart(part.place, part.schema, valuesOf(part, exchange, route.paramNames, params))
    violations.push(
      ...faults,
      ...part.validate(value, part.place, 0).filter(({ path }) => !faults.some((fault) => fault.path === path)),
    )
    for (const name of part.names) inputs.push(Object.hasOwn(value, name) ? (value[name] as Input) : undefined)
  }
  const limit = route.plan.bodyBytes ?? plan.limits.bodyBytes
  if (route.body !== null) {
    const text = await readJson(route, exchange, limit, plan.limits.jsonDepth, violations)
    inputs.push(text)
  } else if (route.plan.streamBody) {
    if (route.plan.form) assertForm(exchange)
    assertFits(exchange, limit)
  } else {
    exchange.body = await readBody(exchange, limit)
  }
  if (violations.length > 0)
    throw new Rejection('validation-failed', 'The request does not fit its schema', { errors: violations })
  return inputs
}

async function admit(route: HandlerRoute, exchange: Exchange, checks: readonly TokenCheck[]): Promise<void> {
  if (route.auths.length === 0 && route.onMissing === 'reject') return
  let isInvalid = false
  for (const index of route.auths) {
    const result = await (checks[index] as TokenCheck).check((name) => exchange.header(name))
    if (result.kind === 'verified') {
      if (!guardsHold(route.guards, JSON.parse(result.claims))) throw new Rejection('forbidden', 'Not allowed')
      exchange.claims = result.claims
      return
    }
    isInvalid = result.kind === 'invalid'
    if (isInvalid) break
  }
  if (route.onMissing === 'ask') {
    const cookies = parseCookies(exchange.header('cookie'))
    if (route.askCookies.length === 0 || route.askCookies.some((name) => name in cookies)) return
  }
  const challenge = isInvalid ? 'Bearer error="invalid_token"' : 'Bearer'
  throw new Rejection('unauthorized', isInvalid ? 'The token is not valid' : 'Sign in first', {
    headers: ['www-authenticate', challenge],
  })
}

function valuesOf(
  part: CompiledPart,
  exchange: Exchange,
  paramNames: readonly string[],
  params: readonly string[],
): Map<string, string[]> {
  switch (part.place) {
    case 'params':
      return new Map(paramNames.map((name, index) => [name, [params[index] as string]]))
    case 'query':
      return parseQuery(exchange.target)
    case 'headers':
      return new Map(part.names.flatMap((name) => asEntry(name, exchange.header(name.toLowerCase()))))
    case 'cookies': {
      const cookies = parseCookies(exchange.header('cookie'))
      return new Map(part.names.flatMap((name) => asEntry(name, cookies[name])))
    }
  }
}

function asEntry(name: string, value: string | undefined): Array<[string, string[]]> {
  return value === undefined ? [] : [[name, [value]]]
}

/** Refuses a body in a content coding, none of which is decoded: a few bytes could become any number. */
function assertNotEncoded(exchange: Exchange): void {
  const codings = (exchange.header('content-encoding') ?? '').split(',').map((one) => one.trim().toLowerCase())
  if (codings.every((coding) => coding === '' || coding === 'identity')) return
  throw new Rejection('unsupported-media-type', 'The body must be sent without Content-Encoding', {
    headers: ['accept-encoding', 'identity'],
  })
}

/** Refuses a body that is not declared as a form. */
function assertForm(exchange: Exchange): void {
  if (!hasBody(exchange)) return
  const type = exchange.header('content-type') ?? ''
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)[ \t]*(?:;|$)/i.test(type)) {
    throw new Rejection(
      'unsupported-media-type',
      'The body must be sent as application/x-www-form-urlencoded or multipart/form-data',
    )
  }
  assertNotEncoded(exchange)
}

async function readJson(
  route: CompiledRoute,
  exchange: Exchange,
  limit: number,
  depth: number,
  violations: Violation[],
): Promise<string | undefined> {
  const type = exchange.header('content-type')
  const isJson = type !== undefined && /^application\/(?:[\w.+-]+\+)?json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(type)
  const isThere = hasBody(exchange)
  if (isThere && !isJson) {
    throw new Rejection(
      'unsupported-media-type',
      `The body must be application/json${type === undefined ? '' : `, not ${type}`}`,
    )
  }
  if (isThere) assertNotEncoded(exchange)
  const bytes = await readBody(exchange, limit)
  exchange.body = bytes
  if (bytes.byteLength === 0) {
    if (route.plan.body?.required === true)
      violations.push({ in: 'body', path: '', code: 'required', message: 'is required' })
    return undefined
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    violations.push(...(route.body as Validate)(parseStrict(text, depth), 'body', text.length))
    return text
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Rejection('malformed-json', `The body is not valid JSON: ${reason}`)
  }
}
