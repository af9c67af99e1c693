/** How long a process takes from its creation until it listens, with 200 routes. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { servers } from '../servers.mjs'
import { median } from './median.mjs'
import { Progress } from './progress.mjs'
import { startServer } from './server-process.mjs'

const applicationOf = (id) => fileURLToPath(new URL(`../start/${id}.mjs`, import.meta.url))

/** Of those that can say which port they got; our engine without Node has no routes to declare. */
const programs = servers
  .filter(({ id }) => existsSync(applicationOf(id)))
  .map((server) => ({ ...server, command: [...server.command.slice(0, -1), applicationOf(server.id)] }))

/** Median milliseconds by server, of interleaved starts; a server that does not start is told to `failures`. */
export async function measureStart({ core, times, servers: ids, failures, say }) {
  const asked = programs.filter(({ id }) => ids.includes(id))
  const samples = Object.fromEntries(asked.map(({ id }) => [id, []]))
  const progress = new Progress({ total: (times + 1) * asked.length, seconds: 0, say })
  for (let round = 0; round <= times; round += 1) {
    if (round % 4 === 0) progress.tell(`start ${round + 1} of ${times + 1} of ${asked.length} servers`)
    for (const program of asked) {
      const took = await startOnce(program, { core, failures })
      // The first one reads everything from the disk.
      if (round > 0 && took !== undefined) samples[program.id].push(took)
      progress.add(1)
    }
  }
  const measured = Object.entries(samples).filter(([, times]) => times.length > 0)
  return Object.fromEntries(measured.map(([id, times]) => [id, Number(median(times).toFixed(1))]))
}

async function startOnce(program, { core, failures }) {
  const begin = performance.now()
  try {
    const server = await startServer(program, { core })
    const took = performance.now() - begin
    await server.stop()
    return took
  } catch (error) {
    failures.add(program, undefined, error)
    return undefined
  }
}
