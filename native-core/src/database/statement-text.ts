/** How much of a statement is read, and the longest text of one in metrics and log lines. */
const READ = 4_096
const LONGEST = 500

/**
 * What stays: names and placeholders. What is a value: texts (`'…'`, `E'…'`, `$tag$…$tag$`) and numbers. What is not closed goes on to the end, as
 * the text may have been cut. (PostgreSQL manual, "Lexical Structure"; SQLite, "SQL As Understood By SQLite".)
 */
const LEXEME = new RegExp(
  [
    /(?<blank>\s+|--[^\n\r]*)/u,
    /(?<quoted>"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$))/u,
    /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)/u,
    /(?:[bBnNxX]|[uU]&)?'(?:[^']|'')*(?:'|$)/u,
    /\$(?<tag>(?:[\p{L}_][\p{L}\d_]*)?)\$[\s\S]*?(?:\$\k<tag>\$|$)/u,
    /(?<kept>[\p{L}_][\p{L}\d_$]*|\$\d+|\?\d*|[:@$][\p{L}_][\p{L}\d_]*)/u,
    /\.?\d[\p{L}\d_]*(?:\.[\p{L}\d_]*)?(?:(?<=[eE])[+-]\d+)?/u,
    /(?<other>[\s\S])/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'yu',
)

/** Lists of nothing but values, and several of them: how many there are says nothing. */
const VALUES = /\((?:\$\d+|\?\d*|default|null)(?:, ?(?:\$\d+|\?\d*|default|null))+\)/g
const LISTS = /(\([^()]*\))(?:, ?\([^()]*\))+/g

/** A statement as it may be shown: without the values that are written in it, and without comments, on one line. */
export function statementText(statement: string): string {
  const sql = statement.slice(0, READ)
  let bare = ''
  let at = 0
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      at = endOfComment(sql, at)
      bare += ' '
      continue
    }
    LEXEME.lastIndex = at
    const { blank, quoted, kept, other } = LEXEME.exec(sql)?.groups ?? {}
    at = Math.max(LEXEME.lastIndex, at + 1)
    bare += blank === undefined ? (quoted ?? kept ?? other ?? '?') : ' '
  }
  const text = bare.replace(/ +/g, ' ').trim().replace(VALUES, '(...)').replace(LISTS, '$1, ...')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
}

/** Comments of this kind nest in PostgreSQL. */
function endOfComment(sql: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  let depth = 0
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return sql.length
}
