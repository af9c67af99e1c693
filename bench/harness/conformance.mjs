/** Before anything is measured: does each server give each scenario the right answer? */

import { Client, requestBytes } from './http-client.mjs'
import { isAsked, portOf } from './scenario.mjs'

/** A server that does not answer is wrong as well; ms. */
const PATIENCE = 5_000

/** Throws with the answer that was wrong. Echoes are compared by the load itself, every one. */
export async function checkAnswer(scenario, server) {
  if (scenario.echo || !isAsked(scenario, server)) return
  const client = new Client(portOf(scenario, server), requestBytes(scenario), { tls: scenario.listener === 'tls' })
  const timer = setTimeout(() => client.fail(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE)
  try {
    // A rate limit lets the first request pass.
    if (scenario.status === 429) await client.ask()
    const { status, body } = await client.ask()
    if (status === scenario.status && (scenario.answer?.test(body) ?? true)) return
    throw new Error(`${status} ${body.slice(0, 300)}, where ${scenario.status} ${scenario.answer ?? ''} is expected`)
  } catch (cause) {
    throw new Error(`${server.id} does not answer "${scenario.id}" as it should: ${cause.message}`, { cause })
  } finally {
    clearTimeout(timer)
    client.close()
  }
}
