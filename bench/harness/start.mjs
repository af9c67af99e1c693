/** How long a process takes from its creation until it listens, with 200 routes. */
import { fileURLToPath } from 'node:url'
import { median } from './median.mjs'
import { startServer } from './server-process.mjs'

const programs = ['ours', 'node-http', 'fastify', 'express']

/** Median milliseconds by server, of interleaved starts. */
export async function measureStart({ core, times }) {
  const samples = Object.fromEntries(programs.map((id) => [id, []]))
  for (let round = 0; round <= times; round += 1) {
    for (const id of programs) {
      const file = fileURLToPath(new URL(`../start/${id}.mjs`, import.meta.url))
      const begin = performance.now()
      const server = await startServer({ id, command: [process.execPath, file] }, { core })
      // The first one reads everything from the disk.
      if (round > 0) samples[id].push(performance.now() - begin)
      await server.stop()
    }
  }
  return Object.fromEntries(programs.map((id) => [id, Number(median(samples[id]).toFixed(1))]))
}
