import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suites } from '../suites.mjs'
import { cpuTable, rateTable } from '../tables/cells.mjs'
import { losses, targetTable } from '../tables/targets.mjs'

const cell = (cpu, busy = 1) => ({ cpu, user: cpu / 4, rate: 1e6 / cpu, p50: 1, p99: 2, busy })
const results = { cells: { json: { ours: cell(4), raw: cell(3.5, 0.8), uws: cell(3.9), 'node-http': cell(10) } } }

test('the least of the servers that one could choose is bold, our engine without Node is not', () => {
  assert.match(cpuTable(results, suites.http), /\*\*3\.90 \(0\.97\)\*\*/)
})

test('a rate that the load generator set is marked', () => {
  assert.match(rateTable(results, suites.http), /285,714\*/)
})

test('a missed target is said to be missed', () => {
  const lines = targetTable(results, suites.http).split('\n')
  assert.match(
    lines.find((line) => line.includes('node:http')),
    /0\.40 \| ≤ 0\.33 \| \*\*missed\*\*/,
  )
  assert.match(
    lines.find((line) => line.includes('without Node')),
    /1\.14 \| ≤ 1\.15 \| met/,
  )
})

test('every peer that needs less is named', () => {
  assert.equal(losses(results, suites.http), '- JSON: ours 4.00 µs, less is needed by uWebSockets.js (3.90 µs).')
})
