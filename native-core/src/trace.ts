/** Where a request stands in a distributed trace (W3C Trace Context). */
export interface TraceContext {
  /** 32 hex digits, the same for the whole trace. */
  readonly traceId: string
  /** 16 hex digits: the caller's span. */
  readonly parentId: string
  /** Whether the caller records the trace. */
  readonly sampled: boolean
  /** `tracestate` as it came. */
  readonly state: string | undefined
}

const format = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/

/** Reads the headers `traceparent` and `tracestate`; undefined when the first is missing or not valid (W3C Trace Context §3.2.2). */
export function readTrace(parent: string | undefined, state: string | undefined): TraceContext | undefined {
  const [, version, traceId, parentId, flags, rest] = format.exec(parent ?? '') ?? []
  if (version === undefined || traceId === undefined || parentId === undefined || flags === undefined) return undefined
  // Later versions may have more fields; the first has exactly these.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1, state }
}
