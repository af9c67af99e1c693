/**
 * The process behind `startRegistry`: verdaccio for the packages that this repository publishes, on a free port.
 * Every other name is redirected to the registry that the user's npm is configured for, so nothing is copied and npm's
 * own cache, proxy and certificate settings stay in force. It ends with the process that started it.
 */
import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { runServer } from 'verdaccio'

process.once('message', (message) => serve(message).catch(fail))
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

async function serve({ storage, upstream, names, port }) {
  const server = await runServer(config(storage, names))
  const [answer] = server.listeners('request')
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const name = packageOf(request.url)
    if (name === undefined || names.includes(name)) return answer(request, response)
    response.writeHead(upstream ? 307 : 404, upstream ? { location: new URL(request.url.slice(1), upstream).href } : {})
    response.end()
  })
  server.on('error', fail)
  server.listen(port, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}/` }))
}

function config(storage, names) {
  const open = { access: '$all', publish: '$all', unpublish: '$all' }
  return {
    configPath: join(storage, 'config.yaml'),
    storage,
    auth: { htpasswd: { file: join(storage, 'htpasswd'), max_users: -1 } },
    uplinks: {},
    packages: Object.fromEntries(names.map((name) => [name, open])),
    web: { enable: false },
    max_body_size: '200mb',
    log: { type: 'stdout', format: 'json', level: 'error' },
  }
}

/** The package a request is about; undefined for the registry's own addresses such as `/-/ping`. */
function packageOf(url) {
  const path = decode(url.split('?')[0].slice(1))
  if (path === undefined || path === '' || path.startsWith('-/')) return undefined
  const [first, second] = path.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return isUtf8(Buffer.from(text)) ? text : undefined
  }
}

function fail(error) {
  process.send({ error: error.message })
  process.exit(1)
}
