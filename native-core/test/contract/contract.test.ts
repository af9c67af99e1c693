import type { App, Server } from '@bolt-app/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { variants } from '../hosts.ts'
import { buildApps } from './apps/all.ts'
import { entered } from './apps/entered.ts'
import type { Answer, AppName, Ask, Case, Column } from './case.ts'
import { answers, files, fixed, mounts } from './cases/answers.ts'
import { auth } from './cases/auth.ts'
import { bodies } from './cases/bodies.ts'
import { compression } from './cases/compression.ts'
import { cors } from './cases/cors.ts'
import { forms } from './cases/forms.ts'
import { headersAndCookies, params, query } from './cases/inputs.ts'
import { namedFiles } from './cases/named-files.ts'
import { rateLimits } from './cases/rate-limits.ts'
import { methods, routing } from './cases/routing.ts'
import { streamedBodies, streams } from './cases/streams.ts'
import { handshakes } from './cases/websocket.ts'
import { connection, framing, limits } from './cases/wire.ts'
import { exchange } from './client.ts'
import { askHttp2, openHttp2 } from './http2.ts'
import { askBytes, checkAnswer, methodsOf, toAsked } from './run.ts'

const table: Record<string, Case[]> = {
  routing,
  methods,
  params,
  query,
  headersAndCookies,
  bodies,
  auth,
  answers,
  fixed,
  files,
  namedFiles,
  compression,
  forms,
  mounts,
  streams,
  streamedBodies,
  cors,
  framing,
  connection,
  limits,
  rateLimits,
  handshakes,
}

for (const { name, core: host, io } of variants) {
  describe(name, () => {
    let apps: Record<AppName, App>
    const servers = new Map<AppName, Server>()

    beforeAll(async () => {
      process.env.BOLT_CORE = host
      apps = buildApps()
      for (const [name, app] of Object.entries(apps)) servers.set(name as AppName, await app.listen({ port: 0, ...io }))
      expect(apps.main.host, 'the native engine is missing: npm run build:native -w @bolt-app/core').toBe(host)
    })

    afterAll(async () => {
      for (const server of servers.values()) await server.close()
    })

    for (const way of ways(host)) {
      const column = `${host} ${way}` as Column
      describe(way, () => {
        for (const [group, cases] of Object.entries(table)) {
          const rows = cases.filter((row) => hasRow(way, row))
          if (rows.length === 0) continue
          describe(group, () => {
            for (const row of rows) {
              const reason = skipReason(row, host, way, column)
              it.skipIf(reason !== undefined)(
                reason === undefined ? row.title : `${row.title} [skipped: ${reason}]`,
                () => runRow(row, way),
              )
            }
          })
        }
      })
    }

    async function runRow(row: Case, way: Way): Promise<void> {
      const app = apps[row.app ?? 'main']
      const before = { calls: app.stats().javascriptCalls, entered: entered.count }
      const expected = [row.answer].flat() as Answer[]
      if (way === 'inject') {
        checkAnswer(await app.inject(toAsked(row)), expected[0] as Answer)
      } else if (way === 'http2') {
        const session = await openHttp2((servers.get(row.app ?? 'main') as Server).url)
        const { status, headers, body } = await askHttp2(session, row.ask as Ask).finally(() => session.destroy())
        checkAnswer({ status, headers: new Headers(headers), body }, withoutFraming(expected[0] as Answer))
      } else {
        const { port } = servers.get(row.app ?? 'main') as Server
        const bytes = askBytes(row)
        const { responses, isClosed } = await exchange(port, bytes, {
          methods: methodsOf(row, expected.length),
          awaitClose: row.closes === true,
        })
        expect(responses).toHaveLength(expected.length)
        for (const [index, response] of responses.entries()) {
          const headers = new Headers(response.headers)
          checkAnswer({ status: response.status, headers, body: response.body }, expected[index] as Answer)
        }
        if (row.closes === true) expect(isClosed).toBe(true)
      }
      if (row.native === true) {
        expect(entered.count, 'calls of handlers').toBe(before.entered)
        expect(app.stats().javascriptCalls, 'stats().javascriptCalls').toBe(before.calls)
      }
    }
  })
}

type Way = 'socket' | 'http2' | 'inject'

/** The node:http fallback speaks HTTP/1.1 only. */
function ways(host: 'native' | 'fallback'): Way[] {
  return host === 'native' ? ['socket', 'http2', 'inject'] : ['socket', 'inject']
}

/** Rows of raw bytes are about the wire of HTTP/1.1; `inject` and HTTP/2 write bytes of their own. */
function hasRow(way: Way, { ask, isHttp1 = false }: Case): boolean {
  return way === 'socket' || !(ask instanceof Uint8Array || (way === 'http2' && isHttp1))
}

/** HTTP/2 has a framing of its own, and forbids the fields of HTTP/1.1's (RFC 9113 §8.2.2). */
function withoutFraming(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'transfer-encoding': null, connection: null } }
}

function skipReason(row: Case, host: 'native' | 'fallback', way: Way, column: Column): string | undefined {
  return row.skip?.[column] ?? row.skip?.[host] ?? (way === 'socket' ? undefined : row.skip?.[way])
}
