/** Before anything is measured: does each server give each scenario the right answer? */
import { isAsked, portOf } from '../scenarios.mjs'
import { Client, requestBytes } from './http-client.mjs'

/** Throws with the answer that was wrong. Echoes are compared by the load itself, every one. */
export async function checkAnswer(scenario, server) {
  if (scenario.echo || !isAsked(scenario, server)) return
  const client = new Client(portOf(scenario, server), requestBytes(scenario), { tls: scenario.listener === 'tls' })
  try {
    // A rate limit lets the first request pass.
    if (scenario.status === 429) await client.ask()
    const { status, body } = await client.ask()
    if (status === scenario.status && (scenario.answer?.test(body) ?? true)) return
    throw new Error(
      `${server.id} answers "${scenario.id}" with ${status} ${body.slice(0, 300)}, where ${scenario.status} ${scenario.answer ?? ''} is expected`,
    )
  } finally {
    client.close()
  }
}
