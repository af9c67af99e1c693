import { expect, it } from 'vitest'
import { soak, table } from './soak/soak.mjs'

/** What a run may keep beyond its warm-up: allocators do not give everything back at once. */
const slack = 24 * 1024 * 1024
const all = process.env.BOLT_TEST_ALL === '1'
const counts = all
  ? { requests: 10_000_000, streams: 100_000, sockets: 100_000 }
  : { requests: 200_000, streams: 2_000, sockets: 2_000 }

it.skipIf(process.platform !== 'linux')(
  'keeps neither memory nor descriptors of requests, aborted streams and cut sockets',
  async () => {
    const rows = await soak(counts)
    expect(rows).toHaveLength(3)
    for (const { name, before, after } of rows) {
      expect(after, `${name}\n${table(rows)}`).toMatchObject({ fds: before.fds, connections: 0, inFlight: 0 })
      expect(after.rss, `${name}\n${table(rows)}`).toBeLessThan(before.rss + slack)
    }
  },
  all ? 1_200_000 : 60_000,
)
