/** Servers of others that write down how they read each request of a connection: node:http, and nginx by what it passes on. */
import { once } from 'node:events'
import http from 'node:http'
import { connect, createServer } from 'node:net'
import { startNginx } from './servers.mjs'

/** How long a server may be silent before it is told that nothing more comes, in milliseconds. */
const silence = 200
/** How long it may then take to close. */
const patience = 2_000

/** Each starts with `start`, which gives undefined where the server is not installed. */
export const readers = {
  node: { name: 'node:http', start: nodeHttp },
  nginx: { name: 'nginx, as a proxy', start: nginx },
}

/** What is read on each connection, by the client's port: messages by their place, which has gaps where a request was refused. */
class Notes {
  #byPort = new Map()

  begin(port) {
    this.#byPort.set(port, [])
  }

  take(port) {
    const read = this.#byPort.get(port) ?? []
    this.#byPort.delete(port)
    return read
  }

  note(port, place, message) {
    const read = this.#byPort.get(port)
    if (read !== undefined) read[place] = message
  }
}

/** Sends bytes on a connection of their own and waits for its end; what the server read of them, whole, in order. */
async function ask(serverPort, notes, bytes) {
  const socket = connect({ port: serverPort, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => {})
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  const { localPort } = socket
  notes.begin(localPort)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  // Said only after a silence: node:http gives up what it works on when a client sends its end.
  socket.setTimeout(silence, () => socket.end())
  const giveUp = setTimeout(() => socket.destroy(), silence + patience)
  socket.resume()
  socket.write(bytes)
  await closed
  clearTimeout(giveUp)
  return notes.take(localPort)
}

async function nodeHttp() {
  const notes = new Notes()
  const places = new WeakMap()
  const serve = async (request, response) => {
    const { socket } = request
    const place = places.get(socket) ?? 0
    places.set(socket, place + 1)
    const { remotePort } = socket
    const parts = []
    try {
      for await (const part of request) parts.push(part)
    } catch {
      return
    }
    const message = messageOf(request.method, request.url, request.rawHeaders, Buffer.concat(parts))
    notes.note(remotePort, place, { ...message, ...ofTarget(message) })
    response.end()
  }
  const server = http.createServer({ keepAliveTimeout: 60_000 }, serve)
  server.on('checkExpectation', (request, response) => {
    places.set(request.socket, (places.get(request.socket) ?? 0) + 1)
    response.writeHead(417).end()
    request.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const stop = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { version: `Node ${process.versions.node}`, ask: (bytes) => ask(port, notes, bytes), stop }
}

/** node:http hands a target over as it was sent: taking a URL apart (RFC 9112 §3.2.2) is left to the application. */
function ofTarget({ target, host }) {
  const url = /^[a-z][a-z0-9+.-]*:\/\/([^/?]*)(.*)$/i.exec(target)
  if (url === null) return { target, host }
  return { host: url[1], target: url[2].startsWith('/') ? url[2] : `/${url[2]}` }
}

/** nginx with as few changes to what it passes on as it can be told to make. */
async function nginx() {
  const notes = new Notes()
  const started = await startNginx(
    () => notingServer(notes),
    (port, behind) => `keepalive_requests 1000000; underscores_in_headers on; ignore_invalid_headers off;
      upstream behind { server 127.0.0.1:${behind}; keepalive 64; keepalive_requests 1000000; }
      server { listen 127.0.0.1:${port};
        location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_ignore_client_abort on; proxy_next_upstream off;
          proxy_set_header Connection ""; proxy_set_header Host $http_host;
          proxy_set_header Bolt-Place "$remote_port $connection_requests $host"; } }`,
  )
  if (started === undefined) return undefined
  const { version, port, stop } = started
  return { version, ask: (bytes) => ask(port, notes, bytes), stop }
}

/** Takes what nginx passes on, whose bodies all have a length, one request after the other. */
async function notingServer(notes) {
  const sockets = new Set()
  const server = createServer((socket) => {
    let input = Buffer.alloc(0)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (data) => {
      input = Buffer.concat([input, data])
      for (let end = input.indexOf('\r\n\r\n'); end !== -1; end = input.indexOf('\r\n\r\n')) {
        const [line, ...lines] = input.toString('latin1', 0, end).split('\r\n')
        const raw = lines.flatMap((one) => [
          one.slice(0, one.indexOf(':')),
          one.slice(one.indexOf(':') + 1).replace(/^[ \t]+|[ \t]+$/g, ''),
        ])
        const length = Number(valueIn(raw, 'content-length') ?? 0)
        if (input.length < end + 4 + length) return
        const [method, target] = line.split(' ')
        const [port, place, host = ''] = (valueIn(raw, 'bolt-place') ?? '').split(' ')
        const message = messageOf(method, target, raw, input.subarray(end + 4, end + 4 + length))
        notes.note(Number(port), Number(place) - 1, { ...message, host })
        input = input.subarray(end + 4 + length)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: server.address().port, stop }
}

function valueIn(raw, name) {
  const at = raw.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at === -1 ? undefined : raw[at + 1]
}

/** A request with its fields by name in lower case, their values in order; Host is apart from them. */
function messageOf(method, target, raw, body) {
  const fields = Object.create(null)
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at].toLowerCase()
    fields[name] = [...(fields[name] ?? []), raw[at + 1]]
  }
  const host = fields.host?.[0] ?? ''
  delete fields.host
  delete fields['bolt-place']
  return { method, target, host, fields, body: body.toString('latin1') }
}
