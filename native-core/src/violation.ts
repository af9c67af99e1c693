import type { SchemaIssue } from './schema/standard.ts'

/** One violated rule of a request. */
export interface Violation {
  /** The part of the request; `message` is one of a WebSocket. */
  in: 'body' | 'query' | 'params' | 'headers' | 'cookies' | 'message'
  /** JSON pointer into that part; empty for the part itself. */
  path: string
  /** JSON Schema keyword that was violated, or `custom` for a rule that only the schema library knows. */
  code: string
  /** For people: `must be at least 3 characters long`. */
  message: string
}

/** Most violations that one answer tells of; the same as in Rust (bolt_core schema/mod.rs, MAX_ISSUES). */
export const MAX_VIOLATIONS = 100

/** About how long a path may be, characters; the same as in Rust (bolt_core schema/issue.rs, MAX_PATH). */
const MAX_PATH = 512

/** A step of a JSON pointer (RFC 6901 §3). */
export function stepOf(key: PropertyKey): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/**
 * A JSON pointer; where names of the request make it too long, one to the innermost value around for which there is room. Else a hundred
 * violations below one long name would be a hundred times the request.
 */
export function shortPointer(pointer: string): string {
  return pointer.length <= MAX_PATH ? pointer : pointer.slice(0, pointer.lastIndexOf('/', MAX_PATH))
}

/** The JSON pointer of a path. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return shortPointer(path.map(stepOf).join(''))
}

/** The keys in the path of an issue, which may be wrapped (Standard Schema, "PathSegment"). */
export function keysOf(issue: SchemaIssue): PropertyKey[] {
  return (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))
}

/** Issues of a schema library as violations of rules that only it knows; the first hundred. */
export function violationsOf(issues: readonly SchemaIssue[], part: Violation['in']): Violation[] {
  return issues
    .slice(0, MAX_VIOLATIONS)
    .map((issue) => ({ in: part, path: pointerOf(keysOf(issue)), code: 'custom', message: issue.message }))
}
