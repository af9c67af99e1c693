import { describe, expect, it } from 'vitest'
import { statementText } from '../../src/database/statement-text.ts'

describe('the text of a statement that is shown', () => {
  it.each([
    [
      'keeps names and placeholders',
      'select "a 1"."b2" from t1 where x = $1 and y = ?',
      'select "a 1"."b2" from t1 where x = $1 and y = ?',
    ],
    ['has no texts', "select 'it''s', '', 'a\nb' || col", 'select ?, ?, ? || col'],
    ['has no texts with escapes', "select E'it\\'s', e'\\\\', x", 'select ?, ?, x'],
    ['has no texts in dollars', 'select $$a$b$$, $tag$ $$ x $tag$, $1', 'select ?, ?, $1'],
    ['has no bits, bytes and national texts', "select b'01', X'ff', n'x', U&'d\\0061'", 'select ?, ?, ?, ?'],
    [
      'has no numbers',
      'select 1, -2.5, .5, 1e-5, 0x1f, 1_000, t1.c2 limit 10',
      'select ?, -?, ?, ?, ?, ?, t1.c2 limit ?',
    ],
    ['has no comments', 'select a -- secret\n, b /* x /* secret */ y */ from t', 'select a , b from t'],
    [
      'leaves out lists of values',
      'insert into t values ($1, $2, $3), ($4, $5, $6)',
      'insert into t values (...), ...',
    ],
    ['is one for lists of any length', 'select a from t where b in ($1, $2)', 'select a from t where b in (...)'],
    ['reads names of letters beyond ASCII', 'select größe1 from "tä""b"', 'select größe1 from "tä""b"'],
    ['keeps named placeholders', 'select :name, @other, $third', 'select :name, @other, $third'],
    ['is empty for nothing', '', ''],
  ])('%s', (_, sql, text) => expect(statementText(sql)).toBe(text))

  it.each(["'secret", "e'secret\\", '$a$secret', "x'secret", '/* secret', '-- secret', "/* /* */ 'secret"])(
    'shows nothing of what is not closed: %s',
    (end) => expect(statementText(`select a ${end}`)).not.toContain('secret'),
  )

  it('is short, and quickly made, of whatever text', () => {
    const hostile = [
      "'".repeat(9_999_999),
      '/*'.repeat(999_999),
      '"'.repeat(99_999),
      '$a'.repeat(99_999),
      '1.'.repeat(99_999),
    ]
    const since = performance.now()
    for (const sql of [...hostile, `select ${'c, '.repeat(99_999)}`])
      expect(statementText(sql).length).toBeLessThan(504)
    expect(performance.now() - since).toBeLessThan(2_000)
  })
})
