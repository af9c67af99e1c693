import { AsyncLocalStorage } from 'node:async_hooks'
import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { all, raw } from './contract/case.ts'
import { exchange } from './contract/client.ts'
import { describeHosts } from './hosts.ts'

const storage = new AsyncLocalStorage<string>()
const request = (path: string): Uint8Array => raw(`GET ${path} HTTP/1.1\nHost: localhost`)

describeHosts('AsyncLocalStorage', () => {
  it('does not leak from one request of a batch into the next, neither by run nor by enterWith', async () => {
    const app = createApp()
    app.get('/enter/:name', async (ctx) => {
      const before = storage.getStore() ?? null
      storage.enterWith(ctx.params.name)
      await new Promise((resolve) => setImmediate(resolve))
      return { before, after: storage.getStore() }
    })
    app.get('/enter-sync/:name', (ctx) => {
      const before = storage.getStore() ?? null
      storage.enterWith(ctx.params.name)
      return { before, after: storage.getStore() }
    })
    app.get('/run/:name', (ctx) =>
      storage.run(ctx.params.name, async () => {
        await Promise.resolve()
        return { before: null, after: storage.getStore() }
      }),
    )
    const server = await app.listen({ port: 0 })
    const paths = ['/enter/a', '/enter-sync/b', '/enter-sync/c', '/run/d', '/enter/e', '/enter-sync/f']
    for (let round = 0; round < 20; round++) {
      const { responses } = await exchange(server.port, all(...paths.map(request)), {
        methods: paths.map(() => 'GET'),
        awaitClose: false,
      })
      expect(responses).toHaveLength(paths.length)
      for (const [index, response] of responses.entries()) {
        expect(JSON.parse(response.body.toString()), `${paths[index]} in round ${round}`).toEqual({
          before: null,
          after: paths[index]?.at(-1),
        })
      }
    }
    await server.close()
  })

  it('keeps what an inject was called in apart from other requests', async () => {
    const app = createApp()
    app.get('/', () => ({ store: storage.getStore() ?? null }))
    const answer = await storage.run('outer', () => app.inject({ url: '/' }))
    const next = await app.inject({ url: '/' })
    expect(next.json()).toEqual({ store: null })
    expect([null, 'outer']).toContain(answer.json<{ store: string | null }>().store)
    await app.close()
  })
})
