/** Writes `docs/conformance.md` from the table and the recorded results. */
import { readFileSync, writeFileSync } from 'node:fs'
import { readTable } from './table.mjs'

const docs = new URL('../../../docs/', import.meta.url)
const levels = ['must', 'should', 'strict', 'limit']

const cases = readTable()
const results = Object.values(JSON.parse(readFileSync(new URL('conformance/results.json', docs), 'utf8')))
const intro = readFileSync(new URL('conformance/intro.md', docs), 'utf8')

writeFileSync(new URL('conformance.md', docs), `${[intro.trim(), totals(), ...results.map(failures)].join('\n\n')}\n`)

function totals() {
  const title = ({ name, version }) => (version === undefined ? name : `${name} (${version})`)
  const row = (label, pick) => {
    const asked = cases.filter(pick)
    const passed = results.map(({ failed }) => asked.filter(({ id }) => failed[id] === undefined).length)
    return `| ${label} | ${asked.length} | ${passed.join(' | ')} |`
  }
  return [
    '## How many cases end as they should',
    '',
    `| level | cases | ${results.map(title).join(' | ')} |`,
    `|---|---:|${results.map(() => '---:|').join('')}`,
    ...levels.map((level) => row(level, (it) => it.level === level)),
    row('**all**', () => true),
  ].join('\n')
}

function failures({ name, version, failed }) {
  const heading = `## What ${name}${version === undefined ? '' : ` (${version})`} does otherwise`
  const rows = cases.filter(({ id }) => failed[id] !== undefined)
  if (rows.length === 0) return `${heading}\n\nNothing.`
  const line = (row) =>
    `| \`${row.id}\` | ${cell(`${row.section}: ${row.title}`)} | ${row.level} | ${wanted(row)} | ${cell(failed[row.id])} |`
  return [
    heading,
    '',
    '| case | what it is | level | must end | ended |',
    '|---|---|---|---|---|',
    ...rows.map(line),
  ].join('\n')
}

function wanted({ statuses, end }) {
  const parts = statuses.map((allowed) => allowed.join('/'))
  const shown = parts.length > 5 ? `${parts.length} × ${parts[0]}` : parts.join(' ')
  return `${shown} ${end}`.trim()
}

function cell(text) {
  const visible = text.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
  return visible.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
