import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFlags } from '../harness/flags.mjs'

test('a run of everything writes its results', () => {
  const flags = readFlags([])
  assert.equal(flags.write, true)
  assert.ok(flags.servers.length > 5 && flags.scenarios.length > 5)
})

test('a run of some servers or a draft writes nothing', () => {
  assert.equal(readFlags(['--servers', 'ours,bun']).write, false)
  assert.equal(readFlags(['--draft']).write, false)
})

test('refuses a server that is not there, naming those that are', () => {
  assert.throws(() => readFlags(['--servers', 'koa']), /"koa"; there are ours, .*express/)
})

test('refuses a number of rounds out of bounds', () => {
  for (const rounds of ['0', '1.5', 'many', '1000'])
    assert.throws(() => readFlags(['--rounds', rounds]), /from 1 to 50/)
})

test('refuses a suite that is not there', () => {
  assert.throws(() => readFlags(['--suite', 'mail']), /"mail"; there are http/)
})
