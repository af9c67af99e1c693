import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suites } from '../suites.mjs'
import { besideTable, cpuTable, rateTable } from '../tables/cells.mjs'
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

const { database } = suites
const list = {
  'ours-queries': { ...cell(15), beside: 9 },
  'ours-run': { ...cell(24), beside: 10 },
  bun: { ...cell(20), beside: 11 },
}

test('each of our ways to a database has targets, as time and as a multiple', () => {
  const lines = targetTable({ cells: { list } }, database).split('\n')
  const line = (...texts) => lines.find((candidate) => texts.every((text) => candidate.includes(text)))
  assert.match(line('queries as routes', '–'), /15\.0 µs \| ≤ 16 µs \| met/)
  assert.match(line('queries run by handlers', '–'), /24\.0 µs \| ≤ 22 µs \| \*\*missed\*\*/)
  assert.match(line('queries as routes', 'Bun'), /0\.75 \| ≤ 1 \| met/)
})

test('a peer that needs less than the best of ours is a loss, one that needs less than another of ours is not', () => {
  assert.match(losses({ cells: { list } }, database), /^In none/)
  assert.match(losses({ cells: { list: { ...list, axum: cell(9) } } }, database), /ours 15\.0 µs.*axum.*9\.00/)
})

test('what PostgreSQL used has a table', () => {
  assert.match(besideTable({ cells: { list } }, database), /\| 9\.00 \| 10\.0 \| 11\.0 \|/)
})
