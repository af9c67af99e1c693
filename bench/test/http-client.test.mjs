import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { Client, requestBytes } from '../harness/http-client.mjs'

/** A server that gives the same answer to every piece of data it gets. */
async function served(answer, use) {
  const server = createServer((socket) => socket.on('data', () => answer(socket)))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new Client(server.address().port, requestBytes({ path: '/' }))
  try {
    await use(client)
  } finally {
    client.close()
    server.close()
  }
}

test('reads a response by its content-length, even when it comes in pieces', async () => {
  const answer = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Le')
    setImmediate(() => socket.write('ngth: 5\r\n\r\nhello'))
  }
  await served(answer, async (client) => {
    const { status, body } = await client.ask()
    assert.deepEqual([status, body], [200, 'hello'])
  })
})

test('reads a chunked response up to its last chunk', async () => {
  const head = 'HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n'
  await served(
    (socket) => socket.write(`${head}3\r\nabc\r\n0\r\n\r\n`),
    async (client) => {
      assert.equal((await client.ask()).status, 404)
      assert.equal((await client.ask()).status, 404)
    },
  )
})

test('waits for as many responses as requests were pipelined', async () => {
  let seen = 0
  const answer = (socket) => {
    seen += 1
    for (let count = 1; count <= 3; count += 1) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${count}`)
  }
  await served(answer, async (client) => {
    assert.equal((await client.ask(3)).body, '3')
    assert.equal(seen, 1)
  })
})

test('a request carries its body and the length of it', () => {
  const text = requestBytes({ method: 'POST', path: '/notes', body: 'é', headers: { a: 'b' } }).toString()
  assert.equal(text, 'POST /notes HTTP/1.1\r\nhost: 127.0.0.1\r\na: b\r\ncontent-length: 2\r\n\r\né')
})
