/**
 * Puts the table to servers and writes down what they did, for `docs/conformance.md`.
 *
 *   node test/conformance/record.mjs              all servers of servers.mjs that are installed
 *   node test/conformance/record.mjs native       one of them
 *   node test/conformance/record.mjs --port 8080  any server on this machine; prints only
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { askAll } from './ask.mjs'
import { servers } from './servers.mjs'
import { readTable } from './table.mjs'

const file = new URL('../../../docs/conformance/results.json', import.meta.url)

/** What a server did wrong: id of the case → what came back. */
export async function failuresOf(port, cases = readTable()) {
  const failed = {}
  await askAll(port, cases, (row, fault) => {
    if (fault !== undefined) failed[row.id] = fault
  })
  return Object.fromEntries(cases.filter(({ id }) => failed[id]).map(({ id }) => [id, failed[id]]))
}

async function main(args) {
  if (args[0] === '--port') return print(`port ${args[1]}`, await failuresOf(Number(args[1])))
  const results = JSON.parse(readFileSync(file, 'utf8'))
  for (const id of args.length > 0 ? args : Object.keys(servers)) {
    const server = await servers[id].start()
    if (server === undefined) {
      console.log(`${id}: not installed, its results stay as they are`)
      continue
    }
    const failed = await failuresOf(server.port)
    await server.stop()
    print(id, failed)
    results[id] = { name: servers[id].name, version: server.version, failed }
  }
  const ordered = Object.fromEntries(Object.keys(servers).map((id) => [id, results[id]]))
  writeFileSync(file, `${JSON.stringify(ordered, null, 2)}\n`)
}

function print(name, failed) {
  console.log(`${name}: ${Object.keys(failed).length} of ${readTable().length} cases end otherwise`)
  for (const [id, got] of Object.entries(failed)) console.log(`  ${id}: ${got}`)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2))
  process.exit()
}
