import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { createApp, type Server, type TlsOptions } from '@bolt-app/core'
import { afterEach, expect, it } from 'vitest'
import { authority, type Certificate } from '../../scripts/certificates.mjs'
import { raw } from './contract/case.ts'
import { exchange, ResponseReader } from './contract/client.ts'
import { describeVariants, recorder } from './hosts.ts'

const ca = authority()
const local = ca.issue({ name: 'localhost', servers: ['localhost'] })

describeVariants('TLS', ({ io }) => {
  const opened: Array<() => unknown> = []

  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close()
  })

  async function serve(tls: TlsOptions, options: Parameters<typeof createApp>[0] = {}): Promise<Server> {
    const app = createApp(options)
    app.get('/', (ctx) => ({
      scheme: ctx.request.scheme,
      client: ctx.request.clientCertificate?.subject ?? null,
    }))
    app.mount('/mount', (request) => new Response(request.url))
    app.post('/size', (ctx) => ({ size: ctx.request.bytes().byteLength }))
    const server = await app.listen({ port: 0, tls, ...io })
    opened.push(() => server.close())
    return server
  }

  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'bolt-tls-'))
    opened.push(() => rmSync(path, { recursive: true }))
    return path
  }

  it('answers HTTP/1.1, knows its scheme, and gives mounts an https address', async () => {
    const server = await serve(local)
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`)
    expect(JSON.parse(await get(server.port, '/'))).toEqual({ scheme: 'https', client: null })
    expect(await get(server.port, '/mount/x?y=1')).toBe(`https://localhost:${server.port}/mount/x?y=1`)
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s, and large bodies go in and out', async (version) => {
    const server = await serve(local, { limits: { bodyBytes: 4_000_000 } })
    const options = { method: 'POST', minVersion: version, maxVersion: version } as const
    expect(JSON.parse(await get(server.port, '/size', options, Buffer.alloc(3_000_000)))).toEqual({ size: 3_000_000 })
  })

  it('serves a certificate from files', async () => {
    const path = folder()
    write(path, local)
    const server = await serve({ cert: join(path, 'cert.pem'), key: join(path, 'key.pem') })
    expect(await get(server.port, '/')).toContain('https')
  })

  it('gives each client the certificate of the server it asks for', async () => {
    const [a, wild] = [ca.issue({ name: 'a', servers: ['a.test'] }), ca.issue({ name: 'wild', servers: ['*.b.test'] })]
    const server = await serve({ certificates: [local, a, { ...wild, servers: ['*.b.test'] }] })
    const names = ['a.test', 'A.test', 'x.b.test', 'x.y.b.test', 'c.test', undefined]
    const got = []
    for (const servername of names) {
      const socket = await open(server.port, { servername: servername ?? '', checkServerIdentity: () => undefined })
      got.push(socket.getPeerCertificate().subject.CN)
      socket.destroy()
    }
    expect(got).toEqual(['a', 'a', 'wild', 'localhost', 'localhost', 'localhost'])
  })

  it('refuses a client that is older than it should be', async () => {
    const server = await serve({ ...local, minVersion: '1.3' })
    await expect(open(server.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/)
  })

  it('knows a client by its certificate, and refuses one that nobody it trusts has signed', async () => {
    const clients = authority('Clients')
    const server = await serve({ ...local, clientAuth: { ca: clients.cert } })
    const known = JSON.parse(await get(server.port, '/', clients.issue({ name: 'Ada' })))
    expect(known).toEqual({ scheme: 'https', client: 'CN=Ada' })
    await expect(get(server.port, '/', authority('Others').issue({ name: 'Eve' }))).rejects.toThrow()
    await expect(get(server.port, '/')).rejects.toThrow()
    await expect(get(server.port, '/', clients.issue({ name: 'Old', days: [-20, -10] }))).rejects.toThrow()
  })

  it('lets clients without a certificate in when it is optional, but none with a wrong one', async () => {
    const clients = authority('Clients')
    const server = await serve({ ...local, clientAuth: { ca: clients.cert, required: false } })
    expect(JSON.parse(await get(server.port, '/'))).toEqual({ scheme: 'https', client: null })
    expect(await get(server.port, '/', clients.issue({ name: 'Ada' }))).toContain('CN=Ada')
    await expect(get(server.port, '/', authority('Others').issue({ name: 'Eve' }))).rejects.toThrow()
  })

  it('resumes a session', async () => {
    const server = await serve(local)
    const session = await new Promise<Buffer>((resolve, reject) => {
      open(server.port, { maxVersion: 'TLSv1.2' }).then((socket) => {
        resolve(socket.getSession() as Buffer)
        socket.destroy()
      }, reject)
    })
    const again = await open(server.port, { maxVersion: 'TLSv1.2', session })
    expect(again.isSessionReused()).toBe(true)
    again.destroy()
  })

  it('tells a client that speaks plain HTTP what to do', async () => {
    const server = await serve(local)
    const { responses, isClosed } = await exchange(server.port, raw('GET / HTTP/1.1\nHost: localhost'), {
      methods: ['GET'],
      awaitClose: true,
    })
    expect(responses[0]?.status).toBe(400)
    expect(JSON.parse(String(responses[0]?.body))).toMatchObject({
      code: 'bad-request',
      detail: expect.stringContaining('https://'),
    })
    expect(isClosed).toBe(true)
  })

  it('understands records that trickle in, and ends with close_notify', async () => {
    const server = await serve(local)
    const socket = await open(server.port)
    const reader = new ResponseReader(['GET'])
    for (const byte of raw('GET / HTTP/1.1\nHost: localhost\nConnection: close')) socket.write(Uint8Array.of(byte))
    const ended = new Promise((resolve) => socket.once('end', resolve))
    socket.on('data', (chunk) => reader.push(chunk))
    await ended
    expect(reader.responses[0]?.status).toBe(200)
  })

  it('closes a connection whose handshake does not go on', async () => {
    const server = await serve(local, { limits: { headersTimeout: 200 } })
    const socket = connectTcp(server.port, '127.0.0.1')
    const began = performance.now()
    socket.write(Uint8Array.of(22, 3, 1))
    await new Promise((resolve) => socket.once('close', resolve).resume())
    expect(performance.now() - began, 'ms: not for what it sent').toBeGreaterThan(150)
  })

  it('takes a new certificate from its files, and keeps connections', async () => {
    const path = folder()
    write(path, local)
    const { entries, logger } = recorder()
    const files = { cert: join(path, 'cert.pem'), key: join(path, 'key.pem') }
    const server = await serve({ ...files, reloadInterval: 20 }, { logger })
    const kept = await open(server.port)
    write(path, ca.issue({ name: 'renewed', servers: ['localhost'] }))
    await expect.poll(() => subject(server.port)).toBe('renewed')
    await expect.poll(() => entries.some(({ level }) => level === 'info')).toBe(true)
    const reader = new ResponseReader(['GET'])
    kept.on('data', (chunk) => reader.push(chunk))
    kept.write(raw('GET / HTTP/1.1\nHost: localhost'))
    await expect.poll(() => reader.responses[0]?.status).toBe(200)
    kept.destroy()
  })

  it('keeps its certificate when a new one cannot be used, and says so', async () => {
    const path = folder()
    write(path, local)
    const { entries, logger } = recorder()
    const files = { cert: join(path, 'cert.pem'), key: join(path, 'key.pem') }
    const server = await serve({ ...files, reloadInterval: 20 }, { logger })
    write(path, { cert: 'nonsense', key: local.key })
    await expect.poll(() => entries.find(({ level }) => level === 'error')?.message).toContain('the old one stays')
    expect(() => server.reloadTls()).toThrow(expect.objectContaining({ code: 'invalid-tls' }))
    expect(await subject(server.port)).toBe('localhost')
  })

  it('reads its certificate again when asked to', async () => {
    const path = folder()
    write(path, local)
    const server = await serve({ cert: join(path, 'cert.pem'), key: join(path, 'key.pem'), reloadInterval: 0 })
    write(path, ca.issue({ name: 'renewed', servers: ['localhost'] }))
    expect(await subject(server.port)).toBe('localhost')
    server.reloadTls()
    expect(await subject(server.port)).toBe('renewed')
  })

  it('says that there is nothing to read again without TLS', async () => {
    const app = createApp()
    const server = await app.listen({ port: 0, ...io })
    opened.push(() => server.close())
    expect(() => server.reloadTls()).toThrow(expect.objectContaining({ code: 'invalid-tls' }))
  })

  const other = ca.issue({ name: 'other', servers: ['localhost'] })
  const refused: Array<[string, TlsOptions, RegExp]> = [
    [
      'a certificate that is no PEM',
      { ...local, cert: '-----BEGIN nonsense' },
      /tls\.cert has no certificate in PEM form/,
    ],
    [
      'a certificate that is malformed',
      { ...local, cert: local.cert.replace(/\n.{20}/, '\n') },
      /tls\.cert: certificate 1 is malformed/,
    ],
    ['a key that is no PEM', { ...local, key: '-----BEGIN nonsense' }, /tls\.key has no private key in PEM form/],
    ['a key of another certificate', { ...local, key: other.key }, /tls\.key is not the key of the certificate/],
    ['a certificate that expired', ca.issue({ name: 'x', servers: ['localhost'], days: [-9, -2] }), /expired on/],
    [
      'a certificate that is not valid yet',
      ca.issue({ name: 'x', servers: ['localhost'], days: [5, 9] }),
      /not valid before/,
    ],
    ['a certificate of other servers', { ...local, servers: ['b.test'] }, /not for the server 'b\.test'/],
    ['a file that is not there', { ...local, cert: '/nowhere/cert.pem' }, /tls\.cert cannot be read: ENOENT/],
    [
      'an authority that expired',
      { ...local, clientAuth: { ca: authority('Old', [-9, -2]).cert } },
      /clientAuth\.ca expired/,
    ],
    [
      'an authority that is none',
      { ...local, clientAuth: { ca: other.cert } },
      /is not the certificate of an authority/,
    ],
    [
      'an authority that is no PEM',
      { ...local, clientAuth: { ca: '-----BEGIN x' } },
      /clientAuth\.ca has no certificate/,
    ],
    ['no key', { cert: local.cert }, /tls has no 'key'/],
    ['certificates twice', { ...local, certificates: [local] }, /'certificates' and a 'cert'/],
  ]
  it.each(refused)('config that failed open: does not start with %s', async (_, tls, message) => {
    await expect(createApp().listen({ port: 0, tls, ...io })).rejects.toThrow(message)
  })

  it.each([
    ['an unknown option', { ...local, ciphers: 'ALL' }, /unknown option 'ciphers'/],
    ['an old version', { ...local, minVersion: '1.1' }, /'minVersion' is "1.1"/],
    ['http2 that is no flag', local, /'http2' is "yes"/],
  ])('does not start with %s', async (what, tls, message) => {
    const options = { port: 0, tls, ...io, ...(what.startsWith('http2') ? { http2: 'yes' } : {}) } as never
    await expect(createApp().listen(options)).rejects.toThrow(message)
  })

  it('finishes what is in flight when it closes, and ends idle connections', async () => {
    const app = createApp()
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let enter = (): void => undefined
    const entered = new Promise<void>((resolve) => {
      enter = resolve
    })
    app.answer('/quick', 'x')
    app.get('/', async () => {
      enter()
      await released
      return { done: true }
    })
    const server = await app.listen({ port: 0, tls: local, ...io })
    const idle = await open(server.port)
    const reader = new ResponseReader(['GET'])
    const idleEnded = new Promise((resolve) => idle.once('end', resolve))
    idle.on('data', (chunk) => reader.push(chunk))
    idle.write(raw('GET /quick HTTP/1.1\nHost: localhost'))
    await expect.poll(() => reader.responses.length).toBe(1)
    const answer = get(server.port, '/')
    await entered
    const closed = server.close()
    release()
    expect(await answer).toBe('{"done":true}')
    await closed
    await idleEnded
    idle.destroy()
  })
})

function write(path: string, { cert, key }: Certificate): void {
  writeFileSync(join(path, 'key.pem'), key)
  writeFileSync(join(path, 'cert.pem'), cert)
}

function open(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: ca.cert, ...options })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}

async function subject(port: number): Promise<string> {
  const socket = await open(port)
  const name = String(socket.getPeerCertificate().subject.CN)
  socket.destroy()
  return name
}

function get(port: number, path: string, options: object = {}, body?: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        port,
        path,
        host: '127.0.0.1',
        servername: 'localhost',
        headers: { host: `localhost:${port}` },
        ca: ca.cert,
        agent: false,
        ...options,
      },
      async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        resolve(Buffer.concat(chunks).toString())
      },
    )
    asked.once('error', reject)
    asked.end(body)
  })
}
