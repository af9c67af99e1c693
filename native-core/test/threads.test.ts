import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { raw } from './contract/case.ts'
import { exchange } from './contract/client.ts'
import { describeVariants, envOf } from './hosts.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

const request = raw('GET /later HTTP/1.1\nHost: localhost')

/** Keeps connections busy until told to stop. */
function load(port: number): { answered: () => number; stop: () => Promise<number> } {
  let isRunning = true
  let answered = 0
  const client = async (): Promise<void> => {
    while (isRunning) {
      try {
        const { responses } = await exchange(port, request, { methods: ['GET'], awaitClose: false })
        if (responses.length === 0) return
        answered += 1
      } catch {
        // The server goes away in the middle; that is what is tested.
        return
      }
    }
  }
  const clients = Array.from({ length: 8 }, client)
  return {
    answered: () => answered,
    stop: async () => {
      isRunning = false
      await Promise.all(clients)
      return answered
    },
  }
}

describeVariants('under load', (variant) => {
  it('survives the end of worker threads that serve', async () => {
    // Node's own HTTP parser aborts the process now and then when its thread is terminated (ToLocalChecked in llhttp).
    const ends = variant.core === 'native' ? ['terminate', 'exit', 'close'] : ['close']
    for (const end of ends) {
      const worker = new Worker(fixture('worker.mjs'), { env: envOf(variant) })
      const [{ port }] = (await once(worker, 'message')) as [{ port: number }]
      const clients = load(port)
      await expect.poll(clients.answered).toBeGreaterThan(20)
      if (end === 'terminate') await worker.terminate()
      else {
        worker.postMessage(end)
        await once(worker, 'exit')
      }
      await clients.stop()
    }
  })

  it('serves from two worker threads at once', async () => {
    const workers = [0, 1].map(() => new Worker(fixture('worker.mjs'), { env: envOf(variant) }))
    const ports = await Promise.all(
      workers.map(async (worker) => ((await once(worker, 'message')) as [{ port: number }])[0].port),
    )
    const clients = ports.map(load)
    for (const port of ports) expect((await fetch(`http://127.0.0.1:${port}/now`)).status).toBe(200)
    workers[0]?.postMessage('close')
    await once(workers[0] as Worker, 'exit')
    expect((await fetch(`http://127.0.0.1:${ports[1]}/now`)).status).toBe(200)
    workers[1]?.postMessage('close')
    await once(workers[1] as Worker, 'exit')
    for (const client of clients) await client.stop()
  })

  it('exits with the code that process.exit was given', async () => {
    const child = spawn(process.execPath, [fixture('exit.mjs')], {
      env: envOf(variant),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
    const clients = load((JSON.parse(String(chunk)) as { port: number }).port)
    const [code, signal] = (await once(child, 'exit')) as [number, string | null]
    await clients.stop()
    expect({ code, signal }).toEqual({ code: 7, signal: null })
  })
})
