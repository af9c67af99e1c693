/** The servers that the table is put to. Each echoes method, target and body of what it read, as JSON. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Longer bodies are not echoed, only read. */
const longest = 64 * 1024

const node = `Node ${process.versions.node}`

const echoOf = (method, target, body) =>
  JSON.stringify({ method, target, body: body.length > longest ? '' : Buffer.from(body).toString('latin1') })

/** Each has a name to show and starts on a free port; `start` gives undefined where the server is not installed. */
export const servers = {
  native: { name: '@bolt-app/core', start: () => ours('native') },
  thread: { name: "@bolt-app/core with io: 'thread'", start: () => ours('native', 'thread') },
  fallback: { name: '@bolt-app/core on node:http (the fallback)', start: () => ours('fallback') },
  node: { name: 'node:http', start: nodeHttp },
  nginx: { name: 'nginx, as a proxy', start: nginx },
}

async function ours(host, io) {
  process.env.BOLT_CORE = host
  const { createApp } = await import('@bolt-app/core')
  const silent = { info: () => {}, warn: () => {}, error: () => {} }
  const app = createApp({ logger: silent })
  const echo = ({ request }) => JSON.parse(echoOf(request.method, request.url, request.bytes()))
  for (const method of ['get', 'post', 'put', 'patch', 'delete']) app[method]('/echo', echo)
  app.mount('/', async (request) => {
    const { pathname, search } = new URL(request.url)
    const body = new Uint8Array(await request.arrayBuffer())
    return new Response(echoOf(request.method, pathname + search, body))
  })
  const { port } = await app.listen({ port: 0, ...(io && { io }) })
  if (app.host !== host) throw new Error(`asked for ${host}, got ${app.host}`)
  return { port, version: host === 'native' ? undefined : node, stop: () => app.close() }
}

async function nodeHttp() {
  const server = http.createServer(async (request, response) => {
    const parts = []
    try {
      for await (const part of request) parts.push(part)
    } catch {
      return
    }
    response.end(echoOf(request.method, request.url, Buffer.concat(parts)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { port: server.address().port, version: node, stop }
}

/** nginx reads the request whole and passes on what it understood to a server that takes everything. */
async function nginx() {
  return startNginx(
    takesEverything,
    (port, behind) => `server { listen 127.0.0.1:${port};
      location / { proxy_pass http://127.0.0.1:${behind}; proxy_http_version 1.1; proxy_set_header Connection close; } }`,
  )
}

/**
 * Starts nginx and the server it passes requests on to, which stop together; undefined where nginx is not installed.
 * @param startBehind starts that server: `{ port, stop }`
 * @param http the content of nginx's `http` block, from its own port and that of the server behind it
 */
export async function startNginx(startBehind, http) {
  const program = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path))
  if (program === undefined) return undefined
  const behind = await startBehind()
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'bolt-nginx-'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; ${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log crit; events {}
    http { access_log off; ${temporary.join(' ')} ${http(port, behind.port)} }`,
  )
  const child = spawn(program, ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  })
  await listening(port, child)
  const version = /nginx\/(\S+)/.exec(execFileSync('sh', ['-c', `${program} -v 2>&1`], { encoding: 'utf8' }))?.[1]
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
    behind.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, version, stop }
}

/** Answers one request a connection, whatever is in its head; the body is framed by nginx and therefore has a length. */
async function takesEverything() {
  const server = createServer((socket) => {
    let input = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      input = Buffer.concat([input, data])
      const end = input.indexOf('\r\n\r\n')
      if (end === -1) return
      const head = input.toString('latin1', 0, end)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (input.length < end + 4 + length) return
      const [method, target] = head.split(' ')
      const text = echoOf(method, target, input.subarray(end + 4, end + 4 + length))
      socket.end(
        `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${method === 'HEAD' ? '' : text}`,
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, stop: () => server.close() }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port, child) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error('nginx did not start')
    try {
      await fetch(`http://127.0.0.1:${port}/`)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error('nginx does not answer')
}
