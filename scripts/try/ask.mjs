/** What is asked of the server of `server.mjs`: each question throws when the answer is not the right one. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as requestTls } from 'node:https'
import { connect as connectTls } from 'node:tls'
import zlib from 'node:zlib'

/**
 * Where the server is.
 * @typedef {object} Places
 * @property {number} plain Port.
 * @property {number} encrypted Port.
 * @property {number} thread Port whose sockets a thread serves.
 * @property {string} path Of a Unix domain socket.
 * @property {string} ca The authority that signed its certificate.
 * @property {Buffer} file What `/files/large.bin` holds.
 */

/** By their names. @type {Record<string, (places: Places) => Promise<void>>} */
const everywhere = {
  JSON: async ({ plain }) => expectNative(await ask({ port: plain })),
  'a validated body': async ({ plain }) => {
    const headers = { 'content-type': 'application/json' }
    const post = (body) => ask({ port: plain, path: '/notes', method: 'POST', headers }, { body })
    assert.deepEqual([(await post('{"title":"one"}')).status, (await post('{}')).status], [200, 422])
  },
  'a method that is not there': async ({ plain }) =>
    assert.equal((await ask({ port: plain, method: 'DELETE' })).status, 405),
  'a second request on its connection': async ({ plain }) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const [first, second] = [await ask({ port: plain, agent }), await ask({ port: plain, agent })]
    agent.destroy()
    assert.deepEqual([second.text, second.isReused], [first.text, true])
  },
  gzip: ({ plain }) => compressed(plain, 'gzip', zlib.gunzipSync),
  br: ({ plain }) => compressed(plain, 'br', zlib.brotliDecompressSync),
  // Node has it from 22.15 on; older ones know the content by its first bytes.
  zstd: ({ plain }) => compressed(plain, 'zstd', zlib.zstdDecompressSync ?? expectZstd),
  'a stream': async ({ plain }) => {
    const { status, headers, text } = await ask({ port: plain, path: '/stream' })
    assert.deepEqual([status, headers['transfer-encoding'], text.split('\n').length], [200, 'chunked', 501])
  },
  'a large file': async ({ plain, file }) => {
    const { status, bytes } = await ask({ port: plain, path: '/files/large.bin' })
    assert.deepEqual([status, bytes.equals(file)], [200, true])
  },
  'a part of it': async ({ plain, file }) => {
    const part = { path: '/files/large.bin', headers: { range: 'bytes=1000000-1999999' } }
    const { status, bytes } = await ask({ port: plain, ...part })
    assert.deepEqual([status, bytes.equals(file.subarray(1_000_000, 2_000_000))], [206, true])
  },
  TLS: async ({ encrypted, ca }) => {
    const { status, bytes } = await ask({ port: encrypted, path: '/rows', ...trusting(ca) }, { send: requestTls })
    assert.deepEqual([status, JSON.parse(bytes).length], [200, 500])
  },
  'HTTP/2': async ({ encrypted, ca }) => assert.equal(await askHttp2(encrypted, '/rows', trusting(ca)), 200),
  'a WebSocket': async ({ plain }) => assert.equal(await echo(plain, 'over there'), 'over there'),
  'a thread for input and output': async ({ thread }) => expectNative(await ask({ port: thread })),
}

const whereThereAreSocketFiles = {
  'a socket file': async ({ path }) => expectNative(await ask({ socketPath: path, path: '/' })),
}

/** What can be asked on an operating system. */
export function questionsFor(os) {
  return { ...everywhere, ...(os === 'win32' ? {} : whereThereAreSocketFiles) }
}

function expectNative({ text }) {
  assert.equal(JSON.parse(text).host, 'native')
}

function trusting(ca) {
  return { ca, servername: 'localhost' }
}

function ask(options, { body, send = request } = {}) {
  return new Promise((resolve, reject) => {
    const sent = send({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk)).once('error', reject)
      response.once('end', () => {
        const bytes = Buffer.concat(chunks)
        const { statusCode: status, headers } = response
        resolve({ status, headers, bytes, text: bytes.toString(), isReused: sent.reusedSocket })
      })
    })
    sent.once('error', reject).end(body)
  })
}

async function compressed(port, coding, decompress) {
  const { headers, bytes } = await ask({ port, path: '/rows', headers: { 'accept-encoding': coding } })
  assert.equal(headers['content-encoding'], coding)
  const plain = decompress(bytes)
  if (plain !== undefined) assert.equal(JSON.parse(plain).length, 500)
}

function expectZstd(bytes) {
  assert.equal(bytes.readUInt32LE(), 0xfd2fb528)
}

function askHttp2(port, path, trust) {
  return new Promise((resolve, reject) => {
    const createConnection = () => connectTls({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], ...trust })
    const session = connectHttp2(`https://localhost:${port}`, { createConnection }).once('error', reject)
    const stream = session.request({ ':path': path }).once('error', reject)
    let status
    stream.once('response', (headers) => {
      status = headers[':status']
    })
    stream.resume().once('end', () => session.close(() => resolve(status)))
  })
}

/** One short text and its echo, by hand: Node has a client of its own from 22 on. */
function echo(port, text) {
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/echo', headers, agent: false })
    sent.once('response', ({ statusCode }) => reject(new Error(`no WebSocket but ${statusCode}`)))
    sent.once('upgrade', (_response, socket) => {
      // RFC 6455 §5.2: a final text frame, masked with zeros.
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]))
      socket.once('data', (frame) => {
        socket.destroy()
        resolve(frame.subarray(2).toString())
      })
    })
    sent.once('error', reject).end()
  })
}
