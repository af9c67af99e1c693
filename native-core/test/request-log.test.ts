import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { describeHosts, recorder } from './hosts.ts'

describeHosts('the request log', (host) => {
  it('has one line for each request, also for those that Rust answers', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger, requestLog: true, trustedProxies: ['127.0.0.1'] })
    app.get('/notes/:id', () => ({}))
    app.answer('/healthz', 'ok')
    const headers = { 'x-request-id': 'mine"\\', 'x-forwarded-for': '192.0.2.7' }
    await app.inject({ url: '/notes/1?secret=1', headers })
    await app.inject({ url: '/healthz' })
    await app.inject({ url: '/none' })
    await app.inject({ url: '/healthz', method: 'PUT' })
    await app.close()
    const lines = entries.filter(({ message }) => message === 'request').map(({ fields }) => fields)
    expect(lines).toMatchObject([
      { method: 'GET', route: '/notes/:id', status: 200, requestId: 'mine"\\', address: '192.0.2.7' },
      { method: 'GET', route: '/healthz', status: 200, address: '127.0.0.1' },
      { method: 'GET', status: 404 },
      { method: 'PUT', status: 405 },
    ])
    for (const line of lines) {
      expect(line.ms).toBeGreaterThanOrEqual(0)
      expect(line.requestId).not.toBe('')
    }
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  it('comes while the application runs, and is not kept when nobody asked for it', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger, requestLog: true })
    const silent = recorder()
    const other = createApp({ logger: silent.logger })
    for (const one of [app, other]) one.answer('/', 'x')
    await app.inject({ url: '/' })
    await other.inject({ url: '/' })
    await expect.poll(() => entries.length).toBe(1)
    await Promise.all([app.close(), other.close()])
    expect(silent.entries).toEqual([])
  })

  it('does not end the server when whoever read its output is gone', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/talkative.mjs', import.meta.url))], {
      env: { ...process.env, BOLT_CORE: host },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    child.stderr?.destroy()
    for (let round = 0; round < 10; round++) expect((await fetch(`http://127.0.0.1:${port}/fail`)).status).toBe(500)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('does not stall the server when nobody reads its output: lines are dropped and counted instead', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/talkative.mjs', import.meta.url))], {
      env: { ...process.env, BOLT_CORE: host },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    // Far more than a pipe holds, and nobody has read a byte of it.
    for (let round = 0; round < 100; round++) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`http://127.0.0.1:${port}/fail`)))
      for (const answer of answers) expect(answer.status).toBe(500)
    }
    const told = once(child, 'message')
    child.send('waiting')
    const [waiting] = (await told) as [number]
    expect(waiting).toBeLessThan(2 * 1024 * 1024)
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      text += String(chunk)
    })
    await expect.poll(() => text.length, { timeout: 10_000 }).toBeGreaterThan(500_000)
    await fetch(`http://127.0.0.1:${port}/fail`)
    await expect
      .poll(() => text, { timeout: 10_000 })
      .toMatch(/log lines were dropped: nobody read standard error dropped=\d+/)
    child.kill('SIGTERM')
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(0)
  })
})
