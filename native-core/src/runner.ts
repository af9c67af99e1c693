import type { AskCheck, Claims, Revoked } from './auth.ts'
import type { AnyHandler } from './declared.ts'
import type { FormSettings } from './forms/limits.ts'
import type { GuardPlan, JsonSchema } from './plan.ts'
import type { FetchHandler, Middleware } from './route.ts'
import type { CompiledSchema } from './schema/convert.ts'
import type { Normalise } from './schema/normalise.ts'
import type { Schema } from './schema/standard.ts'
import type { AnySocketHandlers } from './websocket/options.ts'

/** Where one part of the request stands among the inputs of a dispatch. */
export interface PartSlot {
  offset: number
  names: readonly string[]
  normalise: Normalise | null
}

export interface BodySlot {
  offset: number
  normalise: Normalise | null
}

/** A part whose schema library must run in JavaScript, after the engine. */
export interface LibraryStep {
  part: 'params' | 'query' | 'headers' | 'cookies' | 'body'
  schema: Schema
}

/** A form: how its texts are typed, what checks it, and how large it may be. */
export interface FormStep {
  schema: Schema
  engine: JsonSchema
  /** Declared fields, and those of them that are lists. */
  names: ReadonlySet<string>
  lists: ReadonlySet<string>
  /** Whether other fields are refused rather than left out. */
  isStrict: boolean
  settings: FormSettings
}

/** Everything a handler route needs at run time, compiled once. */
export interface HandlerRunner {
  kind: 'handler'
  /** `GET /notes/:id`, for messages. */
  label: string
  handler: AnyHandler
  status: number
  params: PartSlot
  query: PartSlot | null
  headers: PartSlot | null
  cookies: PartSlot | null
  body: BodySlot | null
  /** Whether the body comes piece by piece. */
  streamBody: boolean
  /** The form that is read before the handler runs. */
  form: FormStep | null
  library: readonly LibraryStep[]
  hasAuth: boolean
  /** Asked in turn when no token was valid. */
  asks: readonly AskCheck[]
  /** Rules for claims that JavaScript found; those of tokens are Rust's. */
  guards: readonly GuardPlan[]
  /** Each is asked whether a valid token was taken back. */
  revoked: readonly Revoked[]
  /** Shapes of verified claims; one must fit. */
  claims: readonly Schema[]
  middleware: readonly Middleware[]
  /** Schema of what is returned, by status; empty when responses are not checked. */
  responses: ReadonlyMap<number, Schema | null>
  /** Schema of every status that `responses` does not name. */
  response: Schema | null
}

export interface MountRunner {
  kind: 'mount'
  label: string
  handler: FetchHandler
  middleware: readonly Middleware[]
}

/** A WebSocket route at run time. */
export interface SocketRunner {
  kind: 'socket'
  /** What comes before the socket is open. */
  request: HandlerRunner
  handlers: AnySocketHandlers
  /** The declared message; what is left to do with one that the host has checked. */
  message: CompiledSchema | null
}

/** Index = id of the route in the plan; routes that never enter JavaScript have none. */
export type Runners = ReadonlyArray<HandlerRunner | MountRunner | SocketRunner | undefined>

/** True when all rules hold: the claim, or one member of an array claim, is one of the allowed values. */
export function guardsHold(guards: readonly GuardPlan[], claims: Claims | unknown): boolean {
  return guards.every(({ claim, oneOf }) => {
    const value = claimAt(claims, claim)
    const values: unknown[] = Array.isArray(value) ? value : [value]
    return values.some((one) => oneOf.includes(one as string))
  })
}

/** The claim of this name, or the one at this dotted path. */
export function claimAt(claims: unknown, path: string): unknown {
  if (hasOwn(claims, path)) return claims[path]
  let value = claims
  for (const key of path.split('.')) {
    if (!hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

function hasOwn(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}
