import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Faults that other servers, and earlier versions of the one this project learned from, have had in production. Each names the tests that would
 * find it here, by file and a part of their title; a test that is renamed or removed is missed.
 */
const lessons: Array<[lesson: string, tests: Array<[file: string, title: string]>]> = [
  [
    'configuration that failed open: a bad key or an unknown algorithm served without auth',
    [
      ['native-core/crates/bolt_core/tests/auth_settings.rs', 'refuses_settings_that_could_let_in_more_than_meant'],
      ['native-core/crates/bolt_core/src/plan/mod.rs', 'a_misspelt_key_is_refused_with_route_and_field'],
      ['native-core/test/options/routes.ts', 'a fixed answer behind a sign-in'],
    ],
  ],
  [
    'X-Forwarded-For was believed whoever sent it',
    [
      ['native-core/test/address.test.ts', 'not what a client wrote before its own address'],
      ['native-core/test/rate-limits.test.ts', 'is not escaped by a forged X-Forwarded-For'],
    ],
  ],
  [
    'a key of rate limits was documented and not implemented',
    [
      ['native-core/test/rate-limits.test.ts', 'implements every key it documents: a claim'],
      ['native-core/test/rate-limits.test.ts', 'refuses keys that are documented nowhere'],
    ],
  ],
  [
    'a revocation store was accepted and never asked',
    [
      ['native-core/test/revocation.test.ts', 'is asked about each valid token'],
      ['native-core/test/revocation.test.ts', 'refuses a store that it would never ask'],
    ],
  ],
  [
    'a 413 without CORS headers looked like a CORS failure',
    [
      ['native-core/test/contract/cases/cors.ts', 'allows a 413'],
      ['native-core/test/rate-limits.test.ts', 'carries CORS headers'],
    ],
  ],
  [
    'the readiness route said 200 when a dependency was down',
    [['templates/base/files/src/health.test.ts', 'names the dependency that is down']],
  ],
  ['a wrong method was 404 instead of 405', [['native-core/test/contract/cases/routing.ts', 'answers 405 with Allow']]],
  [
    'HEAD had no Content-Length',
    [['native-core/test/contract/cases/routing.ts', 'answers HEAD with the length of GET and no body']],
  ],
  [
    'control characters in an error text gave invalid JSON',
    [
      ['native-core/test/contract/cases/answers.ts', 'keeps control characters valid JSON'],
      ['native-core/crates/bolt_core/src/engine/problem.rs', 'control_characters_stay_valid_json'],
    ],
  ],
  [
    'the test client had a pipeline of its own and drifted',
    [
      ['native-core/test/contract/contract.test.ts', "if (way === 'inject')"],
      ['native-core/test/testing.test.ts', 'gives status, headers, text, bytes and JSON'],
    ],
  ],
  [
    'the documentation named options that did not exist',
    [['native-core/test/docs.test.ts', 'the guides name only options that exist']],
  ],
  [
    'a blocked stdout stalled the server',
    [['native-core/test/request-log.test.ts', 'does not stall the server when nobody reads its output']],
  ],
  [
    'back-pressure counted connections instead of requests, and starved clients behind a proxy',
    [['native-core/crates/bolt_core/tests/connection.rs', 'requests_over_the_limit_in_flight_are_told_to_come_again']],
  ],
  [
    'a request was dead after an await',
    [
      ['native-core/test/stepwise.test.ts', 'reads the body again after an await'],
      ['native-core/test/stepwise.test.ts', 'lets the context of a request that is over fail safely'],
    ],
  ],
  [
    'nothing of the server was visible to OpenTelemetry',
    [
      ['native-core/test/opentelemetry.test.ts', 'sees the spans of concurrent requests of one batch'],
      ['native-core/test/diagnostics.test.ts', 'tell when a handler is entered'],
    ],
  ],
  [
    'Nagle held small pieces back: 24 server-sent events a second, 40 ms for an answer in two parts',
    [
      ['native-core/test/streams.test.ts', 'sends each chunk when it comes, without waiting for more'],
      ['native-core/test/streams.test.ts', 'sends a two-part answer without a delay between the parts'],
      ['native-core/test/sse.test.ts', 'are sent one by one as they happen'],
    ],
  ],
  [
    'a client that went away crashed mounted applications',
    [
      ['native-core/test/streams.test.ts', 'aborts the signal when the client goes away'],
      ['native-core/test/uploads.test.ts', 'fails for the reader when the client goes away'],
      ['native-core/test/uploads.test.ts', 'gives a mounted handler that does not answer up, and aborts its signal'],
    ],
  ],
  [
    'handlers had to cork their answers by hand',
    [
      ['native-core/crates/bolt_host/tests/sockets.rs', 'pipelined_requests_are_answered_with_few_writes'],
      ['native-core/crates/bolt_core/tests/streams.rs', 'all_pieces_of_one_pass_are_one_write'],
    ],
  ],
  [
    'memory leaked with streams that were cut off',
    [['native-core/test/streams.test.ts', 'leaves nothing behind of a thousand streams whose clients went away']],
  ],
  [
    'a binary asked for a newer C library than the machine had, or for glibc at all',
    [['native-core/test/load.test.ts', 'on musl says that node_modules is that of a glibc system']],
  ],
  [
    'a rolling restart cut requests on kept connections',
    [['native-core/test/workers/workers.test.ts', 'are replaced on SIGHUP without a refused, cut or failed request']],
  ],
]

describe('each lesson has a test', () => {
  it.each(lessons)('%s', (_lesson, tests) => {
    for (const [file, title] of tests) {
      const text = readFileSync(join(root, file), 'utf8')
      expect(text.includes(title), `${file} has no test '${title}'`).toBe(true)
    }
  })
})

it('no test is switched off or run alone', () => {
  const folder = join(root, 'native-core/test')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'))
  expect(files).toContain('lessons.test.ts')
  for (const file of files) {
    expect(readFileSync(join(folder, file), 'utf8'), file).not.toMatch(/\b(?:it|describe|test)\.(?:only|skip|todo)\(/)
  }
})
