import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, reasonToSkip } from '../budget.mjs'

const counted = { rustc: '1.95.0', glibc: '2.36', valgrind: '3.19.0', avx2: true }
const budget = { counted, instructions: { json: 4000, jwt: 8000 } }

test('a count within three per cent of its budget says nothing', () => {
  assert.deepEqual(compare(budget, { json: 4119, jwt: 7761 }), [])
})

test('a count above it fails and names scenario, count and budget', () => {
  const [change] = compare(budget, { json: 4121 })
  assert.equal(change.fails, true)
  assert.equal(change.text, 'json: 4121 instructions a request, 3.0 % over the budget of 4000')
})

test('a count below it is told, so that the budget follows', () => {
  const [change] = compare(budget, { json: 3800 })
  assert.equal(change.fails, false)
  assert.match(change.text, /-5\.0 % under the budget of 4000/)
})

test('a scenario without a budget fails', () => {
  assert.equal(compare(budget, { params: 1 })[0].fails, true)
})

test('without valgrind nothing is compared', () => {
  assert.equal(reasonToSkip(budget, { valgrind: () => false }), 'missing program: valgrind')
})

test('on another compiler nothing is compared, and the reason says which', () => {
  assert.equal(reasonToSkip(budget, { now: () => counted, valgrind: () => true }), undefined)
  const reason = reasonToSkip(budget, {
    now: () => ({ ...counted, rustc: '1.96.0' }),
    valgrind: () => true,
  })
  assert.equal(reason, 'the instruction budget was counted with rustc 1.95.0, here it is 1.96.0')
})
