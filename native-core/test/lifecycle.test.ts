import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { raw } from './contract/case.ts'
import { exchange, open, ResponseReader } from './contract/client.ts'
import { describeVariants, envOf, recorder } from './hosts.ts'

const get = (path: string): Uint8Array => raw(`GET ${path} HTTP/1.1\nHost: localhost`)

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

describeVariants('a server', (variant) => {
  const anywhere = { port: 0, ...variant.io }

  it('finishes what is in flight, refuses new connections, then runs the hooks in order', async () => {
    const app = createApp()
    const order: string[] = []
    const [entered, release] = [gate(), gate()]
    app.get('/slow', async () => {
      entered.open()
      await release.opened
      order.push('answered')
      return { done: true }
    })
    app.onShutdown(async () => void order.push('first'))
    app.onShutdown(() => void order.push('second'))
    const server = await app.listen(anywhere)
    const slow = exchange(server.port, get('/slow'), { methods: ['GET'], awaitClose: true })
    await entered.opened
    const closing = app.close()
    await expect(open(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    release.open()
    const { responses, isClosed } = await slow
    await closing
    expect(responses[0]?.status).toBe(200)
    expect(responses[0]?.headers).toContainEqual(['connection', 'close'])
    expect(isClosed).toBe(true)
    expect(order).toEqual(['answered', 'first', 'second'])
  })

  it('closes also when a hook closes it', async () => {
    const app = createApp()
    let isOver = false
    app.onShutdown(async () => {
      await app.close()
      isOver = true
    })
    await app.listen(anywhere)
    await Promise.all([app.close(), app.close()])
    expect(isOver).toBe(true)
  })

  it('runs the other hooks when some fail, and tells what failed', async () => {
    const [one, several] = [createApp(), createApp()]
    const ran: string[] = []
    for (const [app, faults] of [
      [one, 1],
      [several, 2],
    ] as const) {
      for (let fault = 1; fault <= faults; fault++) app.onShutdown(() => Promise.reject(new Error(`fault ${fault}`)))
      app.onShutdown(() => void ran.push(`last of ${faults}`))
      await app.listen(anywhere)
    }
    await expect(one.close()).rejects.toThrow('fault 1')
    await expect(several.close()).rejects.toMatchObject({
      message: '2 hooks of onShutdown() failed',
      errors: [new Error('fault 1'), new Error('fault 2')],
    })
    expect(ran).toEqual(['last of 1', 'last of 2'])
  })

  it('cuts an injected request that is never answered, also where nothing listens', async () => {
    const { logger } = recorder()
    const app = createApp({ logger })
    const entered = gate()
    app.get('/', () => {
      entered.open()
      return new Promise(() => undefined)
    })
    const answer = app.inject({ url: '/' })
    await entered.opened
    await app.close({ grace: 50 })
    expect((await answer).status).toBe(0)
  })

  it('is not left open by a close that overtakes listen', async () => {
    const app = createApp()
    app.answer('/', 'x')
    const listening = app.listen(anywhere)
    const refused = expect(listening).rejects.toMatchObject({ code: 'app-closed' })
    await app.close()
    await refused
  })

  it.skipIf(process.platform !== 'linux')('gives its descriptors back when it is closed', async () => {
    const serve = async (): Promise<void> => {
      const app = createApp()
      app.answer('/', 'x')
      const server = await app.listen(anywhere)
      await exchange(server.port, get('/'), { methods: ['GET'], awaitClose: false })
      await app.close()
    }
    await serve()
    const before = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 20; round++) await serve()
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 10)
  })

  it('closes idle connections at once', async () => {
    const app = createApp()
    app.answer('/', 'x')
    const server = await app.listen(anywhere)
    const socket = await open(server.port)
    const reader = new ResponseReader(['GET'])
    socket.write(get('/'))
    for await (const chunk of socket) {
      reader.push(chunk as Buffer)
      if (reader.responses.length === 1) break
    }
    const started = Date.now()
    await app.close()
    expect(Date.now() - started).toBeLessThan(2_000)
  })

  it('cuts off what does not end within the grace, and says so', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    const entered = gate()
    let signal: AbortSignal | undefined
    app.get('/never', (ctx) => {
      signal = ctx.signal
      entered.open()
      return new Promise(() => undefined)
    })
    const server = await app.listen(anywhere)
    const stuck = exchange(server.port, get('/never'), { methods: ['GET'], awaitClose: true }).catch(() => undefined)
    await entered.opened
    await app.close({ grace: 50 })
    await stuck
    expect(entries).toMatchObject([{ level: 'warn', fields: { cut: 1, grace: 50 } }])
    expect(signal?.aborted).toBe(true)
  })

  it('can be closed twice and before it listened', async () => {
    const app = createApp()
    await Promise.all([app.close(), app.close()])
    const other = createApp()
    other.get('/', () => 'open')
    const { url } = await other.listen(anywhere)
    expect(await (await fetch(url)).text()).toBe('open')
    await Promise.all([other.close(), other.close()])
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('says in one sentence that a port is in use', async () => {
    const app = createApp()
    const other = createApp()
    const { port } = await app.listen(anywhere)
    await expect(other.listen({ port, ...variant.io })).rejects.toMatchObject({
      name: 'BoltError',
      code: 'port-in-use',
      message: expect.stringContaining(`port ${port} on 127.0.0.1 is in use`),
      hint: expect.stringContaining('another port'),
    })
    await app.close()
    await other.listen({ port, ...variant.io })
    await other.close()
  })

  it('lives beside another in one process', async () => {
    const apps = ['one', 'two'].map((name) => {
      const app = createApp({ limits: { bodyBytes: name === 'one' ? 10 : 1_000 } })
      app.get('/', () => ({ name }))
      app.post('/', (ctx) => ({ size: ctx.request.bytes().byteLength }))
      return app
    })
    const servers = await Promise.all(apps.map((app) => app.listen(anywhere)))
    const names = await Promise.all(
      servers.map(async ({ url }) => ((await (await fetch(url)).json()) as { name: string }).name),
    )
    expect(names).toEqual(['one', 'two'])
    const sizes = await Promise.all(
      servers.map(async ({ url }) => (await fetch(url, { method: 'POST', body: 'x'.repeat(100) })).status),
    )
    expect(sizes).toEqual([413, 200])
    expect(apps.map((app) => app.stats().javascriptCalls)).toEqual([1, 2])
    await apps[0]?.close()
    expect((await fetch(servers[1]?.url ?? '')).status).toBe(200)
    await apps[1]?.close()
  })

  it('listens once, and not again after it was closed', async () => {
    const app = createApp()
    await app.listen(anywhere)
    await expect(app.listen(anywhere)).rejects.toMatchObject({ code: 'app-started' })
    await app.close()
    await expect(app.listen(anywhere)).rejects.toMatchObject({ code: 'app-closed' })
    await expect(app.inject({ url: '/' })).rejects.toMatchObject({ code: 'app-closed' })
  })

  it('refuses routes after it has started', async () => {
    const app = createApp()
    await app.listen(anywhere)
    expect(() => app.get('/late', () => 1)).toThrow(expect.objectContaining({ code: 'app-started' }))
    await app.close()
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('answers what is in flight on %s and exits with 0', async (signal) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/signals.mjs', import.meta.url))], {
      env: envOf(variant),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = child.stdout[Symbol.asyncIterator]()
    const line = async (): Promise<string> => String((await lines.next()).value).trim()
    const { port } = JSON.parse(await line()) as { port: number }
    const pending = exchange(port, get('/slow'), { methods: ['GET'], awaitClose: true })
    expect(await line()).toBe('entered')
    child.kill(signal)
    const { responses } = await pending
    expect(responses[0]?.status).toBe(200)
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(0)
  })

  it('keeps the process alive while it listens and lets it end when closed', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/close.mjs', import.meta.url))], {
      env: envOf(variant),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [code, signal] = (await once(child, 'exit')) as [number, string | null]
    expect({ code, signal }).toEqual({ code: 0, signal: null })
  })
})
