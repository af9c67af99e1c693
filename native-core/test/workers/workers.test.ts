import { once } from 'node:events'
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { parseMetrics, sampleOf } from '../prometheus-format.ts'
import { Load } from './load.ts'
import { distinctPids, endAll, isAlive, isRefused, launch, pidOf, serve } from './service.ts'

/** What other processes do takes its time when the machine is busy. */
const patient = { timeout: 10_000 }
const gone = (pid: number) => expect.poll(() => isAlive(pid), patient).toBe(false)

describe('workers', () => {
  afterEach(endAll)

  it('serve one port from several processes, never from the supervisor, with the arguments of the script', async () => {
    const { port, pids, process } = await serve({ workers: 3 })
    expect(new Set(pids).size).toBe(3)
    expect(await distinctPids(port, 3)).toEqual(new Set(pids))
    expect(pids).not.toContain(process.pid)
    const answer = await fetch(`http://127.0.0.1:${port}/pid`)
    expect(await answer.json()).toMatchObject({ argv: ['an argument'], slot: expect.any(Number) })
  })

  it('are counted together by the supervisor, those that have ended too', async () => {
    const service = await serve()
    for (let asked = 0; asked < 10; asked++) await pidOf(service.port)
    const before = await service.stats()
    expect(before.stats).toMatchObject({ requests: 10, javascriptCalls: 10 })
    service.process.kill('SIGHUP')
    await expect
      .poll(async () => (await service.stats()).pids.some((pid) => service.pids.includes(pid)), patient)
      .toBe(false)
    await pidOf(service.port)
    expect((await service.stats()).stats).toMatchObject({ requests: 11 })
  })

  it('tell their metrics together, whichever of them is asked, and none of it is lost when they are replaced', async () => {
    const service = await serve()
    for (let asked = 0; asked < 20; asked++) await pidOf(service.port)
    const counted = async (): Promise<number> => {
      const answer = await fetch(`http://127.0.0.1:${service.port}/metrics`, { headers: { connection: 'close' } })
      return sampleOf(parseMetrics(await answer.text()), 'bolt_http_requests_total', { route: '/pid', status: '2xx' })
    }
    expect(await counted()).toBe(20)
    service.process.kill('SIGHUP')
    await Promise.all(service.pids.map(gone))
    expect(await counted()).toBe(20)
    await pidOf(service.port)
    expect(await counted()).toBe(21)
  })

  it('are started again when they crash', async () => {
    const { port, pids } = await serve()
    const crashed = await pidOf(port, '/crash')
    expect(pids).toContain(crashed)
    await gone(crashed)
    const alive = await distinctPids(port, 2)
    expect(alive).not.toContain(crashed)
    expect(alive.size).toBe(2)
  })

  it('lose no connection that waited for them when they are killed', async () => {
    const { port, pids } = await serve()
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    // Nobody is there to accept; the sockets are the supervisor's.
    const answers = await Promise.all(Array.from({ length: 20 }, () => pidOf(port)))
    for (const pid of answers) expect(pids).not.toContain(pid)
  })

  it('are replaced on SIGHUP without a refused, cut or failed request', async () => {
    const service = await serve()
    const load = new Load(service.port)
    await load.answered(200)
    for (let reload = 0; reload < 2; reload++) {
      const { pids } = await service.stats()
      service.process.kill('SIGHUP')
      await Promise.all(pids.map(gone))
    }
    await load.answered(200)
    const { faults, pids } = await load.stop()
    expect(faults).toEqual([])
    expect(pids.size).toBeGreaterThanOrEqual(6)
  }, 40_000)

  it('answer what is in flight on SIGTERM and end with 0, hooks run', async () => {
    const service = await serve()
    const held = Array.from({ length: 10 }, () => pidOf(service.port, '/held'))
    await expect.poll(() => service.lines.filter((line) => line === 'entered').length, patient).toBe(10)
    service.process.kill('SIGTERM')
    // Once nobody listens any more, all workers have heard of it.
    await expect.poll(() => isRefused(service.port), patient).toBe(true)
    for (const pid of service.pids) process.kill(pid, 'SIGUSR2')
    await Promise.all(held)
    expect(await service.exited).toEqual({ code: 0, signal: null })
    const closed = service.lines.filter((line) => line.includes('closed')).map((line) => JSON.parse(line).closed)
    expect(new Set(closed)).toEqual(new Set([...service.pids, service.process.pid]))
    for (const pid of service.pids) expect(isAlive(pid)).toBe(false)
  }, 60_000)

  it('answer every request that a kept connection has sent when SIGTERM comes under load', async () => {
    const service = await serve()
    const load = new Load(service.port, ['/pid', '/slow'])
    await load.answered(100)
    service.process.kill('SIGTERM')
    expect(await service.exited).toEqual({ code: 0, signal: null })
    const { faults } = await load.stop()
    // Whoever comes later finds nobody; who was connected got an answer.
    expect(faults.filter((fault) => fault.includes('kept'))).toEqual([])
  }, 60_000)

  it('notice that the supervisor was killed, finish and end', async () => {
    const { port, pids, process } = await serve()
    const slow = pidOf(port, '/slow')
    await pidOf(port)
    process.kill('SIGKILL')
    expect(pids).toContain(await slow)
    await Promise.all(pids.map(gone))
  })

  it('finish and are replaced when they get SIGTERM themselves', async () => {
    const service = await serve()
    const [first = 0] = service.pids
    process.kill(first, 'SIGTERM')
    await gone(first)
    await expect.poll(async () => (await service.stats()).pids.every(Boolean), patient).toBe(true)
  })

  it('are replaced when they use too much memory, without a failed request', async () => {
    const service = await serve({ workers: { count: 2, maxRss: 160 * 1024 * 1024 } })
    const load = new Load(service.port, ['/pid'])
    const grown = await pidOf(service.port, '/grow')
    await gone(grown)
    expect((await service.stats()).pids).not.toContain(grown)
    expect((await load.stop()).faults).toEqual([])
  }, 30_000)

  it('are replaced when they are old', async () => {
    const service = await serve({ workers: { count: 1, maxAge: 1 } })
    await Promise.all(service.pids.map(gone))
    expect(service.pids).not.toContain(await pidOf(service.port))
  })
})

describe('a supervisor', () => {
  afterEach(endAll)

  it('says in one sentence that the port is in use, and starts nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const service = launch({ port })
    expect((await service.exited).code).toBe(1)
    expect(service.stderr()).toContain(`port ${port} on 127.0.0.1 is in use by another process`)
    expect(service.stderr().match(/^BoltError: /gm)).toHaveLength(1)
    other.close()
  })

  it('does not share its port with another one, although its own sockets share it', async () => {
    const { port } = await serve()
    const second = launch({ port })
    expect((await second.exited).code).toBe(1)
    expect(second.stderr()).toContain(`port ${port} on 127.0.0.1 is in use`)
  })

  it.each([
    [
      'fail at once',
      { failAtStart: true },
      /no worker serves: worker 0 exited with 1 before it was ready, 5 times in a row/,
    ],
    [
      'crash as soon as they serve',
      { crashOnceReady: true, workers: 1 },
      /no worker serves: worker 0 exited with 7, 5 times in a row/,
    ],
    [
      'never get ready',
      { hangAtStart: true, workers: { count: 2, startTimeout: 300 } },
      /no worker serves: worker 0 was not ready within 300 ms \(workers.startTimeout\), 5 times in a row/,
    ],
  ])('gives up with a clear error when workers %s', async (_title, options, message) => {
    const service = launch(options)
    expect((await service.exited).code).toBe(1)
    expect(service.stderr()).toMatch(message)
    expect(service.stderr()).toContain('start the script without workers to look closer')
  })

  it('refuses on the fallback, which has no sockets to share', async () => {
    const service = launch({}, { BOLT_CORE: 'fallback' })
    expect((await service.exited).code).toBe(1)
    expect(service.stderr()).toContain('the node:http fallback has no sockets that workers could share')
  })
})

describe('worker threads', () => {
  it('share a port, each with an application of its own', async () => {
    const script = new URL('../fixtures/worker.mjs', import.meta.url)
    const start = async (port: number): Promise<{ thread: Worker; port: number }> => {
      const thread = new Worker(script, { workerData: { port, reusePort: true } })
      const [message] = (await once(thread, 'message')) as [{ port: number }]
      return { thread, port: message.port }
    }
    const first = await start(0)
    const second = await start(first.port)
    expect(second.port).toBe(first.port)
    const seen = new Set<number>()
    for (let asked = 0; asked < 500 && seen.size < 2; asked++) {
      const answer = await fetch(`http://127.0.0.1:${first.port}/thread`, { headers: { connection: 'close' } })
      seen.add(((await answer.json()) as { threadId: number }).threadId)
    }
    expect(seen).toEqual(new Set([first.thread.threadId, second.thread.threadId]))
    const ended = [first, second].map(({ thread }) => once(thread, 'exit'))
    for (const { thread } of [first, second]) thread.postMessage('close')
    await Promise.all(ended)
  })
})
