/** What is asked of the server of `server.mjs`: each question throws when the answer is not the right one. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as requestTls } from 'node:https'
import zlib from 'node:zlib'

/** The certificate is made for one trial, so nobody has signed it. */
const trusting = { rejectUnauthorized: false }

/** By their names. @type {Record<string, (ports: { plain: number, encrypted: number }) => Promise<void>>} */
export const questions = {
  JSON: async ({ plain }) => assert.equal(JSON.parse((await ask(plain, '/')).text).host, 'native'),
  'a validated body': async ({ plain }) => {
    const post = (body) =>
      ask(plain, '/notes', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    assert.deepEqual([(await post('{"title":"one"}')).status, (await post('{}')).status], [200, 422])
  },
  'a method that is not there': async ({ plain }) =>
    assert.equal((await ask(plain, '/', { method: 'DELETE' })).status, 405),
  gzip: ({ plain }) => compressed(plain, 'gzip', zlib.gunzipSync),
  br: ({ plain }) => compressed(plain, 'br', zlib.brotliDecompressSync),
  // Node has it from 22.15 on; older ones know the content by its first bytes.
  zstd: ({ plain }) => compressed(plain, 'zstd', zlib.zstdDecompressSync ?? expectZstd),
  'a stream': async ({ plain }) => {
    const { status, headers, text } = await ask(plain, '/stream')
    assert.deepEqual([status, headers['transfer-encoding'], text.split('\n').length], [200, 'chunked', 501])
  },
  TLS: async ({ encrypted }) => assert.equal((await ask(encrypted, '/rows', { tls: true })).status, 200),
  'HTTP/2': async ({ encrypted }) => assert.equal(await askHttp2(encrypted, '/rows'), 200),
  'a WebSocket': async ({ plain }) => assert.equal(await echo(plain, 'over there'), 'over there'),
}

function ask(port, path, { method = 'GET', headers = {}, body, tls = false } = {}) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false, ...trusting }
    const sent = (tls ? requestTls : request)(options, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk)).once('error', reject)
      response.once('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({ status: response.statusCode, headers: response.headers, bytes, text: bytes.toString() })
      })
    })
    sent.once('error', reject).end(body)
  })
}

async function compressed(port, coding, decompress) {
  const { headers, bytes } = await ask(port, '/rows', { headers: { 'accept-encoding': coding } })
  assert.equal(headers['content-encoding'], coding)
  const plain = decompress(bytes)
  if (plain !== undefined) assert.equal(JSON.parse(plain).length, 500)
}

function expectZstd(bytes) {
  assert.equal(bytes.readUInt32LE(), 0xfd2fb528)
}

function askHttp2(port, path) {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, trusting).once('error', reject)
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
