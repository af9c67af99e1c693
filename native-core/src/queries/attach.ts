import { BoltError } from '../errors.ts'
import type { Host } from '../host.ts'
import type { AttachedPool } from '../query.ts'
import type { UsedClient } from './statements.ts'

/** Opens the pools of clients on a server, and takes in what its routes run of them. The server is closed when that fails. */
export function attachClients(host: Host, server: number, clients: readonly UsedClient[]): AttachedPool[] {
  const { databases } = host
  if (databases === null) return []
  const pools: AttachedPool[] = []
  try {
    for (const { client, statements } of clients) {
      const pool = client.attach(server, databases)
      assertNumber(pools.push(pool) - 1, pool.number)
      for (const [number, statement] of statements.entries()) assertNumber(number, pool.add(statement))
    }
    return pools
  } catch (error) {
    for (const pool of pools) {
      pool.detach()
      pool.abandon()
    }
    host.binding.close(server, 0, 0, () => undefined)
    throw error
  }
}

/** Requests are answered by number: another one would be another statement. */
function assertNumber(planned: number, given: number): void {
  if (planned === given) return
  throw new BoltError(
    'native-refused',
    `a query has the number ${given} where the plan has ${planned}`,
    'this is a bug of @bolt-app/core; please report it',
  )
}
