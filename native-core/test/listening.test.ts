import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type App, createApp } from '@bolt-app/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeHosts } from './hosts.ts'

function hello(): App {
  const app = createApp()
  app.get('/', (ctx) => ({ address: ctx.request.address }))
  return app
}

/** Asks over a Unix domain socket. */
async function askAt(socketPath: string): Promise<{ status: number | undefined; body: string }> {
  const request = httpRequest({ socketPath, path: '/', headers: { connection: 'close' } }).end()
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, body }
}

/** Leaves a socket file behind, as a process that is killed does. */
async function leaveStale(file: string): Promise<void> {
  const child = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ])
  await once(child, 'exit')
  expect(statSync(file).isSocket()).toBe(true)
}

describeHosts('listen', (host) => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bolt-listen-'))
    file = path.join(folder, 'app.sock')
  })

  afterEach(() => rm(folder, { recursive: true }))

  it('serves a Unix domain socket, says where, and removes its file on close', async () => {
    const app = hello()
    const server = await app.listen({ path: file, mode: 0o600 })
    expect(server).toMatchObject({ url: `unix:${file}`, path: file, host: '', port: 0 })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await askAt(file)).toEqual({ status: 200, body: '{"address":"127.0.0.1"}' })
    await server.close()
    expect(existsSync(file)).toBe(false)
  })

  it('believes a trusted proxy that comes over a Unix domain socket', async () => {
    const app = createApp({ trustedProxies: ['127.0.0.1'] })
    app.get('/', (ctx) => ({ address: ctx.request.address }))
    await app.listen({ path: file })
    const request = httpRequest({ socketPath: file, headers: { 'x-forwarded-for': '192.0.2.1' } }).end()
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
    expect(String((await response.toArray())[0])).toBe('{"address":"192.0.2.1"}')
    await app.close()
  })

  it('replaces a socket file that a killed process left behind', async () => {
    await leaveStale(file)
    const app = hello()
    await app.listen({ path: file })
    expect((await askAt(file)).status).toBe(200)
    await app.close()
  })

  it('leaves a socket alone on which somebody answers, and says so', async () => {
    const other = hello()
    await other.listen({ path: file })
    await expect(hello().listen({ path: file })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(`the socket ${file} is in use by another process`),
      hint: expect.stringContaining('another path'),
    })
    expect((await askAt(file)).status).toBe(200)
    await other.close()
  })

  it('leaves a file alone that is no socket', async () => {
    writeFileSync(file, 'precious')
    await expect(hello().listen({ path: file })).rejects.toMatchObject({
      code: 'listen-failed',
      message: expect.stringContaining('no socket'),
      hint: expect.stringContaining('remove that file'),
    })
    expect(statSync(file).size).toBe(8)
  })

  it('says why a path cannot be had', async () => {
    const app = hello()
    await expect(app.listen({ path: path.join(folder, 'none', 'app.sock') })).rejects.toMatchObject({
      code: 'listen-failed',
      hint: expect.stringContaining('folder'),
    })
    // A refusal is not the end: the application listens elsewhere.
    await app.listen({ path: file })
    await app.close()
  })

  it('serves a socket that its parent opened', async () => {
    const parent = createServer().listen(0, '127.0.0.1')
    await once(parent, 'listening')
    const { port } = parent.address() as AddressInfo
    const { fd } = (parent as unknown as { _handle: { fd: number } })._handle
    const child = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/inherited.mjs', import.meta.url))], {
      env: { ...process.env, BOLT_CORE: host },
      stdio: ['pipe', 'pipe', 'inherit', fd],
    })
    const [line] = (await once(child.stdout as Readable, 'data')) as [Buffer]
    expect(JSON.parse(String(line))).toMatchObject({ port, host: '127.0.0.1' })
    parent.close()
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
    expect(await answer.json()).toEqual({ from: 'child' })
    child.stdin?.end()
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('refuses a descriptor that is no listening socket', async () => {
    await expect(hello().listen({ fd: 987_654 })).rejects.toMatchObject({
      code: 'listen-failed',
      message: expect.stringContaining('descriptor 987654'),
      hint: expect.stringContaining('listening socket'),
    })
  })

  it.each([
    [{ port: 1, path: '/tmp/x' }, "option 'port' does not go with 'path'"],
    [{ host: '::1', fd: 3 }, "option 'host' does not go with 'fd'"],
    [{ reusePort: true, path: '/tmp/x' }, "option 'reusePort' does not go with 'path'"],
    [{ path: '/tmp/x', fd: 3 }, "option 'fd' does not go with 'path'"],
    [{ mode: 0o600 }, "option 'mode' does not go with 'port'"],
    [{ path: '' }, "option 'path' is"],
    [{ path: '/tmp/x', mode: 0o1777 }, "option 'mode' is 1023"],
    [{ fd: -1 }, "option 'fd' is -1"],
    [{ backlog: 0 }, "option 'backlog' is 0"],
    [{ reuseport: true }, "unknown option 'reuseport'"],
  ])('refuses %j', async (options, message) => {
    await expect(hello().listen(options as object)).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining(message),
    })
  })
})

describeHosts('a shared port', (host) => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const canShare = host === 'native' || major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)

  if (canShare) {
    it('serves two applications, and neither without saying so', async () => {
      const [first, second] = [hello(), hello()]
      const { port } = await first.listen({ port: 0, reusePort: true })
      await second.listen({ port, reusePort: true })
      await expect(hello().listen({ port })).rejects.toMatchObject({ code: 'port-in-use' })
      for (let connection = 0; connection < 50; connection += 1) {
        const socket = connect({ port, host: '127.0.0.1' })
        socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
        expect(String((await socket.toArray())[0])).toMatch(/^HTTP\/1\.1 200 /)
      }
      expect(first.stats().requests + second.stats().requests).toBe(50)
      expect(Math.min(first.stats().requests, second.stats().requests)).toBeGreaterThan(0)
      await Promise.all([first.close(), second.close()])
    })
  } else {
    it('is refused in a sentence where node:http has none', async () => {
      await expect(hello().listen({ port: 0, reusePort: true })).rejects.toMatchObject({
        code: 'listen-failed',
        message: expect.stringContaining('cannot share ports'),
      })
    })
  }
})
