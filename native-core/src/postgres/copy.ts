import { show } from '../check.ts'
import type { Cancel } from '../database/connections.ts'
import { BoltError } from '../errors.ts'
import type { PostgresPool } from './pool.ts'
import { settledText } from './settled.ts'
import { reserve } from './transaction.ts'

/** What `COPY … TO STDOUT` sends, in pieces as they come, on a connection of its own. It is stopped when the reader leaves. */
export async function* copy(pool: PostgresPool, sql: string): AsyncGenerator<string> {
  if (typeof sql !== 'string' || !/^\s*copy\b/i.test(sql)) {
    throw new BoltError('invalid-option', `copy(): it was given ${show(sql)}`, 'give a statement: copy … to stdout')
  }
  const connections = pool.current(sql)
  const lane = await reserve(connections)
  let cancel: Cancel | undefined
  try {
    const done = settledText(sql, (settle) => {
      cancel = connections.copy(sql, lane, settle)
    })
    // It fails for who reads to the end.
    done.catch(() => undefined)
    for (;;) {
      const piece = await settledText(sql, (settle) => connections.copied(lane, settle))
      if (piece === '') break
      yield piece
    }
    await done
  } finally {
    cancel?.()
    connections.release(lane)
  }
}
