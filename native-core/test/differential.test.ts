import { expect, it } from 'vitest'
import { compareAll } from './conformance/differential.mjs'
import { type ReaderName, readers } from './conformance/readers.mjs'

const rounds = process.env.BOLT_TEST_ALL === '1' ? 20_000 : 1_000

it.for(['node', 'nginx'] as const satisfies ReaderName[])(
  'whatever the engine and %s both accept is the same requests, of generated and mutated connections',
  // The generator may have to be compiled first.
  { timeout: 600_000 },
  async (name, context) => {
    const reader = await readers[name].start()
    if (reader === undefined) return context.skip(`missing program: ${name}`)
    try {
      const { [name]: result } = await compareAll({ seed: 1, rounds, started: { [name]: reader } })
      expect(result?.differences.slice(0, 3)).toEqual([])
      expect(result?.compared, 'the generator would prove nothing').toBeGreaterThan(rounds / 2)
    } finally {
      await reader.stop()
    }
  },
)
