import { type ClientHttp2Session, connect } from 'node:http2'
import { afterEach, describe, expect, it } from 'vitest'
import { authority } from '../../../scripts/certificates.mjs'
import { askHttp2, openHttp2 } from '../contract/http2.ts'
import { Load } from './load.ts'
import { endAll, isAlive, type Service, serve } from './service.ts'

const ca = authority()
const tls = ca.issue({ name: 'localhost', servers: ['localhost'] })
const gone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)

describe('workers with TLS', () => {
  afterEach(endAll)

  it('serve one port from several processes, over HTTP/1.1 and HTTP/2', async () => {
    const { port, pids } = await serve({ tls })
    const seen = new Set<number>()
    for (let asked = 0; asked < 500 && seen.size < 2; asked++) {
      const session = await openHttp2(`https://127.0.0.1:${port}`, ca.cert)
      seen.add((JSON.parse(String((await askHttp2(session, { url: '/pid' })).body)) as { pid: number }).pid)
      session.destroy()
    }
    expect(seen).toEqual(new Set(pids))
    const load = new Load(port, ['/pid'], ca.cert)
    await load.answered(50)
    expect((await load.stop()).faults).toEqual([])
  })

  it('are replaced on SIGHUP without a refused, cut or failed request', async () => {
    const service = await serve({ tls })
    const load = new Load(service.port, ['/pid', '/pid', '/slow'], ca.cert)
    await load.answered(100)
    await reload(service)
    await load.answered(100)
    const { faults, pids } = await load.stop()
    expect(faults).toEqual([])
    expect(pids.size).toBeGreaterThanOrEqual(4)
  }, 60_000)

  it('are replaced on SIGHUP without a refused or cut stream of HTTP/2', async () => {
    const service = await serve({ tls })
    let isOver = false
    let answered = 0
    const pids = new Set<number>()
    const clients = Array.from({ length: 6 }, async (_, index) => {
      let session: ClientHttp2Session | undefined
      while (!isOver) {
        // One that was told goodbye takes no more requests; what it has is still answered.
        if (session === undefined || session.closed || session.destroyed) {
          session = connect(`https://127.0.0.1:${service.port}`, { ca: ca.cert, servername: 'localhost' })
          session.on('error', () => undefined)
        }
        const answer = await askHttp2(session, { url: index % 2 === 0 ? '/pid' : '/slow?ms=50' })
        expect(answer.status).toBe(200)
        pids.add((JSON.parse(String(answer.body)) as { pid: number }).pid)
        answered += 1
      }
      session?.close()
    })
    const all = Promise.all(clients)
    all.catch(() => undefined)
    const more = async (): Promise<void> => {
      const goal = answered + 100
      while (answered < goal) await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 5))])
    }
    await more()
    const before = [...pids]
    await reload(service)
    // What had been answered by then has come now.
    await more()
    pids.clear()
    await more()
    isOver = true
    await all
    // How connections fall to workers is the kernel's to choose; one may get them all.
    expect(pids.size).toBeGreaterThan(0)
    expect([...pids].filter((pid) => before.includes(pid))).toEqual([])
  }, 60_000)
})

/** Replaces all workers, and waits until the old ones are gone. */
async function reload(service: Service): Promise<void> {
  const { pids } = await service.stats()
  service.process.kill('SIGHUP')
  await Promise.all(pids.map(gone))
}
