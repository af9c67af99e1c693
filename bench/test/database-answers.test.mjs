import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fortunePage, manyWorlds, noteList, oneNote, oneWorld, postedNote } from '../database/answers.mjs'
import { fortunePage as render } from '../database/app/page.mjs'
import { countOf } from '../database/app/worlds.mjs'
import { fortunes, newNote, notes } from '../database/rows.mjs'

const text = JSON.stringify
const rows = fortunes.map((message, index) => ({ id: index + 1, message }))

test('the same notes are right however their instants are written', () => {
  assert.ok(noteList.test(text(notes)))
  assert.ok(noteList.test(text(notes).replaceAll('Z"', '000Z"')))
  assert.ok(oneNote(7).test(text({ ...notes[6], createdAt: notes[6].createdAt.replace('Z', '+00:00') })))
})

test('other notes, fewer, or times that are not ISO are wrong', () => {
  assert.ok(!noteList.test(text(notes.slice(1))))
  assert.ok(!noteList.test(text(notes.toReversed())))
  assert.ok(!oneNote(7).test(text(notes[5])))
  assert.ok(!oneNote(7).test(text({ ...notes[6], createdAt: '2026-01-07 09:30:15.129+00' })))
  assert.ok(!noteList.test('<html>'))
})

test('a posted note has a new id and the time of now', () => {
  const posted = { id: 11, ...newNote, createdAt: new Date().toISOString() }
  assert.ok(postedNote.test(text(posted)))
  assert.ok(!postedNote.test(text({ ...posted, id: 3 })))
  assert.ok(!postedNote.test(text({ ...posted, createdAt: notes[0].createdAt })))
})

test('rows of world are counted and within their bounds', () => {
  const world = { id: 1, randomNumber: 10_000 }
  assert.ok(oneWorld.test(text(world)))
  assert.ok(!oneWorld.test(text({ ...world, id: 0 })))
  assert.ok(manyWorlds(2).test(text([world, world])))
  assert.ok(!manyWorlds(2).test(text([world])))
})

test('the page of fortunes has all of them and one more, and no program', () => {
  assert.ok(fortunePage.test(render(rows)))
  assert.ok(fortunePage.test(render(rows).replaceAll('&quot;', '&#34;').replaceAll('&#39;', '&#x27;')))
  assert.ok(!fortunePage.test(render(rows.slice(1))))
  assert.ok(!fortunePage.test(render(rows).replaceAll('&lt;', '<')))
})

test('a request gets 1 to 500 rows, whatever it asks for', () => {
  assert.deepEqual(['20', undefined, 'many', '0', '-3', '501', '2.9'].map(countOf), [20, 1, 1, 1, 1, 500, 2])
})
