/** Before anything is measured: does each server give each scenario the right answer? */
import { Client, requestBytes } from './http-client.mjs'

/** Throws with the answer that was wrong. */
export async function checkAnswer(scenario, server) {
  const client = new Client(server.port, requestBytes(scenario))
  try {
    const { status, body } = await client.ask()
    if (status === scenario.status && (scenario.answer?.test(body) ?? true)) return
    throw new Error(
      `${server.id} answers "${scenario.id}" with ${status} ${body.slice(0, 300)}, where ${scenario.status} ${scenario.answer ?? ''} is expected`,
    )
  } finally {
    client.close()
  }
}
