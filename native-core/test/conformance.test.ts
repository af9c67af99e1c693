import { describe, expect, it } from 'vitest'
import recorded from '../../docs/conformance/results.json' with { type: 'json' }
import { failuresOf } from './conformance/record.mjs'
import { type ServerName, servers } from './conformance/servers.mjs'
import { readTable } from './conformance/table.mjs'

const all = process.env.BOLT_TEST_ALL === '1'
/** Servers of others are asked by `npm run test:all` only; their results are published, and change with their version. */
const ours: ServerName[] = ['native', 'thread', 'fallback']
const peers: ServerName[] = ['node', 'nginx']

/** Where a peer goes on differently behind a request that both accept, and why that is theirs. */
const exceptions: Record<string, string[]> = {
  node: [
    // Without a listener for upgrades node:http answers, and then reads nothing more of the connection.
    'upgrade-h2c',
    'upgrade-unknown',
    'upgrade-body',
    'upgrade-post',
    'upgrade-tls',
  ],
  nginx: [],
}

describe('the table of raw requests', () => {
  it.each(['native', 'thread'] as const)('ends as it says on the host %s, every case', async (host) => {
    expect(readTable().length).toBeGreaterThan(500)
    expect(await ask(host)).toEqual({})
  })

  it('ends on the fallback as docs/conformance.md says', async (context) => {
    // The parser of another Node may be laxer or stricter.
    if (recorded.fallback.version !== `Node ${process.versions.node}`) context.skip('recorded with another Node')
    expect(Object.keys((await ask('fallback')) ?? {})).toEqual(Object.keys(recorded.fallback.failed))
  }, 60_000)

  it.skipIf(!all).for(peers)(
    `shows no peer that goes on elsewhere where both accept: %s${all ? '' : ' [skipped: npm run test:all]'}`,
    { timeout: 60_000 },
    async (peer, context) => {
      const failed = await ask(peer)
      if (failed === undefined) return context.skip(`missing program: ${peer}`)
      const accepted = readTable().filter(
        ({ statuses, end }) => end === 'keep' && statuses.flat().every((it) => it < 400),
      )
      // Refusing what we accept, or ending the connection early, hides nothing; going on elsewhere does.
      const goesOn = ({ id, statuses }: { id: string; statuses: number[][] }): boolean => {
        const got = failed[id]
        return got !== undefined && (!got.endsWith(', closed') || got.split(' ').length - 1 > statuses.length + 1)
      }
      expect(accepted.filter(goesOn).map(({ id }) => id)).toEqual(exceptions[peer])
    },
  )

  it('is published with a result of every server', () => {
    expect(Object.keys(recorded)).toEqual([...ours, ...peers])
  })
})

/** What a server does otherwise; undefined where it is not installed. */
async function ask(name: ServerName): Promise<Record<string, string> | undefined> {
  const server = await servers[name].start()
  if (server === undefined) return undefined
  try {
    return await failuresOf(server.port)
  } finally {
    await server.stop()
  }
}
