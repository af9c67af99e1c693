import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const core = new URL('../dist/index.js', import.meta.url).href

const program = `
const before = new Set(process.moduleLoadList)
const { createApp } = await import(${JSON.stringify(core)})
const app = createApp()
app.get('/', () => ({ hello: 'world' }))
await app.listen({ port: 0 })
const loaded = process.moduleLoadList.filter((name) => !before.has(name))
const heavy = ['net', 'stream', 'http', 'https', 'http2', 'tls', 'zlib', 'crypto', 'child_process', 'worker_threads']
process._rawDebug(JSON.stringify(heavy.filter((name) => loaded.includes('NativeModule ' + name))))
await app.close()
`

it('a native server starts without modules of Node that it does not use', async () => {
  const { BOLT_CORE: _none, ...env } = process.env
  const { stderr } = await run(process.execPath, ['--input-type=module', '-e', program], { env })
  expect(stderr.trim()).toBe('[]')
})
