import type { InjectOptions } from '@bolt-app/core'
import { expect } from 'vitest'
import type { Answer, Ask, Case } from './case.ts'

interface Got {
  status: number
  headers: Headers
  body: Uint8Array
}

/** The request of a row as `inject` takes it. */
export function toAsked(row: Case): InjectOptions {
  return row.ask as Ask
}

/** The request of a row as bytes for a socket. */
export function askBytes(row: Case): Uint8Array {
  if (row.ask instanceof Uint8Array) return row.ask
  const ask = row.ask as Ask
  const body = ask.json === undefined ? ask.body : JSON.stringify(ask.json)
  const content = body === undefined ? undefined : Buffer.from(body as string)
  const given = Object.entries(ask.headers ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  )
  const has = (name: string): boolean => given.some((line) => line.toLowerCase().startsWith(`${name}:`))
  const lines = [`${ask.method ?? 'GET'} ${ask.url} HTTP/1.1`, ...given]
  if (!has('host')) lines.push('host: localhost')
  if (ask.json !== undefined && !has('content-type')) lines.push('content-type: application/json')
  if (content !== undefined) lines.push(`content-length: ${content.byteLength}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content ?? Buffer.alloc(0)])
}

/** The methods of the requests in a row, in order. */
export function methodsOf(row: Case, count: number): string[] {
  if (!(row.ask instanceof Uint8Array)) return [(row.ask as Ask).method ?? 'GET']
  return Array.from({ length: count }, () => 'GET')
}

export function checkAnswer(got: Got, want: Answer): void {
  const isEncoded = want.decode !== undefined && got.headers.get('content-encoding') !== null
  const text = new TextDecoder().decode(isEncoded ? want.decode?.(got.body) : got.body)
  expect(got.status, text.slice(0, 500)).toBe(want.status)
  for (const [name, value] of Object.entries(want.headers ?? {})) checkHeader(got.headers, name, value)
  if (got.status === 204 || got.status === 304) expect(text).toBe('')
  if (typeof want.body === 'string') expect(text).toBe(want.body)
  else if (want.body instanceof RegExp) expect(text).toMatch(want.body)
  else if (want.body !== undefined) expect(JSON.parse(text)).toMatchObject(want.body)
  if (got.status >= 400 && text !== '' && got.headers.get('content-type') === 'application/problem+json')
    checkProblem(got, text, want)
  else if (want.code !== undefined && text !== '')
    expect.fail(`no problem document: ${got.headers.get('content-type')} ${text.slice(0, 200)}`)
}

function checkHeader(headers: Headers, name: string, value: string | RegExp | string[] | null): void {
  const got = name === 'set-cookie' ? headers.getSetCookie() : headers.get(name)
  if (value === null)
    expect(name === 'set-cookie' ? headers.getSetCookie()[0] : got, name).toBe(name === 'set-cookie' ? undefined : null)
  else if (Array.isArray(value)) expect(name === 'set-cookie' ? got : [got], name).toEqual(value)
  else if (value instanceof RegExp) expect(String(got), name).toMatch(value)
  else expect(name === 'set-cookie' ? headers.getSetCookie().join('\n') : got, name).toBe(value)
}

interface ProblemDocument {
  type: string
  title: string
  status: number
  code: string
  requestId: string
  errors?: Array<{ in: string; path: string; code: string; message: string }>
}

function checkProblem(got: Got, text: string, want: Answer): void {
  const problem = JSON.parse(text) as ProblemDocument
  expect(problem.type).toBe('about:blank')
  expect(problem.status).toBe(got.status)
  expect(problem.title).not.toBe('')
  expect(problem.requestId).toBe(got.headers.get('x-request-id'))
  if (want.code !== undefined) expect(problem.code).toBe(want.code)
  if (want.errors === undefined) return
  const errors = (problem.errors ?? []).map((error) => `${error.in} ${error.path} ${error.code}`)
  expect(errors.sort(), text).toEqual([...want.errors].sort())
  for (const error of problem.errors ?? []) expect(error.message).not.toBe('')
}
