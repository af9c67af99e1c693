import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { authority } from '../../scripts/certificates.mjs'
import { runAside } from './fixtures/aside.ts'

/** The public test suite of HTTP/2; the version is fixed, so that its cases are. */
const H2SPEC = 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible'
const all = process.env.BOLT_TEST_ALL === '1'

/** Cases that end otherwise, and why. */
const exceptions = {
  plain: [
    // The port speaks HTTP/1.1 too: what is no preface is answered 400 and closed, and the suite wants it closed without a word.
    'Sends invalid connection preface',
  ],
  tls: [] as string[],
}

it.skipIf(!all).for(['plain', 'tls'] as const)(
  `passes every case of h2spec: %s${all ? '' : ' [skipped: npm run test:all]'}`,
  { timeout: 300_000 },
  async (transport, context) => {
    const program = install()
    if (program === undefined) return context.skip('missing program: go')
    process.env.BOLT_CORE = 'native'
    const app = createApp()
    app.get('/', () => ({ hello: 'world' }))
    app.post('/', (ctx) => ({ size: ctx.request.bytes().byteLength }))
    const local = authority().issue({ name: 'localhost', servers: ['localhost'] })
    const server = await app.listen({ port: 0, ...(transport === 'tls' ? { tls: local } : {}) })
    const folder = mkdtempSync(join(tmpdir(), 'h2spec-'))
    try {
      const report = join(folder, 'report.xml')
      const tls = transport === 'tls' ? ['--tls', '--insecure'] : []
      await runAside(program, [
        '--host',
        '127.0.0.1',
        '--port',
        String(server.port),
        '--strict',
        '--junit-report',
        report,
        ...tls,
      ])
      const text = readFileSync(report, 'utf8')
      const cases = text.match(/<testcase /g)?.length
      const failed = [...text.matchAll(/classname="([^"]*)"[^>]*>\s*<(?:failure|error)/g)].map(([, name]) => name)
      expect({ cases, failed }).toEqual({ cases: 146, failed: exceptions[transport] })
    } finally {
      rmSync(folder, { recursive: true })
      await server.close()
    }
  },
)

/** Builds the suite into the repository's own folder for tools; undefined where there is no Go. */
function install(): string | undefined {
  const folder = fileURLToPath(new URL('../../.tools/go', import.meta.url))
  const program = join(folder, 'h2spec')
  if (existsSync(program)) return program
  if (spawnSync('go', ['version']).status !== 0) return undefined
  mkdirSync(folder, { recursive: true })
  execFileSync('go', ['install', H2SPEC], { env: { ...process.env, GOBIN: folder }, stdio: 'inherit' })
  return program
}
