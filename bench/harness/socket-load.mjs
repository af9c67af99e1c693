/** Load without wrk: a Node process of its own, pinned to the other core. Slower, so that quick servers are never busy. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client, requestBytes } from './http-client.mjs'

const run = promisify(execFile)
const here = fileURLToPath(import.meta.url)

/** As `loadByWrk`. */
export async function loadBySockets(scenario, port, { core, seconds }) {
  const args = ['-c', String(core), process.execPath, here, JSON.stringify(scenario), String(port), String(seconds)]
  const { stdout } = await run('taskset', args, { timeout: (seconds + 10) * 1000 })
  return JSON.parse(stdout)
}

async function main([text, port, seconds]) {
  const scenario = JSON.parse(text)
  const { connections = 64, pipeline = 1, status } = scenario
  const bytes = requestBytes(scenario)
  const begin = process.hrtime.bigint()
  const end = begin + BigInt(seconds) * 1_000_000_000n
  const times = []
  let statusErrors = 0
  const loop = async (client) => {
    for (;;) {
      const sent = process.hrtime.bigint()
      if (sent >= end) return client.close()
      const response = await client.ask(pipeline)
      times.push(Number(process.hrtime.bigint() - sent) / 1000)
      if (response.status !== status || status >= 400) statusErrors += pipeline
    }
  }
  await Promise.all(
    Array.from({ length: connections }, () =>
      loop(new Client(Number(port), bytes, { tls: scenario.listener === 'tls' })),
    ),
  )
  times.sort((a, b) => a - b)
  const percentile = (share) => Math.round(times[Math.floor(times.length * share)])
  const microseconds = Math.round(Number(process.hrtime.bigint() - begin) / 1000)
  const requests = times.length * pipeline
  console.log(
    JSON.stringify({
      requests,
      microseconds,
      p50: percentile(0.5),
      p99: percentile(0.99),
      statusErrors,
      socketErrors: 0,
    }),
  )
}

if (process.argv[1] === here) await main(process.argv.slice(2))
