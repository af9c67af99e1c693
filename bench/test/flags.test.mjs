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

test('a suite has servers and scenarios of its own', () => {
  const { suite, scenarios, write } = readFlags(['--suite', 'database'])
  assert.deepEqual([suite.name, scenarios[0].id, write], ['database', 'list', true])
  assert.throws(() => readFlags(['--suite', 'database', '--servers', 'hono']), /"hono"; there are ours-queries, .*axum/)
  assert.throws(() => readFlags(['--suite', 'mail']), /"mail"; there are http, database/)
})

test('a run with other connections than the servers have writes nothing', () => {
  const { connections, write } = readFlags(['--suite', 'database', '--connections', '16'])
  assert.deepEqual([connections, write], [16, false])
})
