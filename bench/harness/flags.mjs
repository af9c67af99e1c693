/** The flags of `run.mjs`. */
import { parseArgs } from 'node:util'
import { suites } from '../suites.mjs'

const names = Object.keys(suites)

export const usage = `node bench/run.mjs [flags]
  --suite NAME      ${names.join(', ')} (default http)
  --rounds N        measured rounds, after one that warms up (default 3)
  --seconds N       load per server, scenario and round, whole seconds (default 1)
  --minutes N       no new round that would end later (default 14)
  --disturbance P   discard what is measured while anything else uses more than P % of a core (default 6)
  --servers a,b     only these${idsOf('servers')}
  --scenarios a,b   only these${idsOf('scenarios')}
  --connections N   of each server to the database, instead of its own number
  --draft           print the figures, write nothing
  --no-build        measure what is built already
A run of all servers and scenarios of a suite writes its results/NAME.json and the tables of README.md.`

export function readFlags(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      suite: { type: 'string', default: 'http' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '14' },
      disturbance: { type: 'string', default: '6' },
      servers: { type: 'string' },
      scenarios: { type: 'string' },
      connections: { type: 'string' },
      draft: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const partial = ['servers', 'scenarios', 'connections'].some((name) => values[name] !== undefined)
  const suite = suiteOf(values.suite)
  return {
    help: values.help,
    suite,
    rounds: whole('rounds', values.rounds, 50),
    seconds: whole('seconds', values.seconds, 60),
    minutes: whole('minutes', values.minutes, 120),
    disturbance: whole('disturbance', values.disturbance, 200) / 100,
    servers: chosen('servers', values.servers, suite.servers),
    scenarios: chosen('scenarios', values.scenarios, suite.scenarios),
    connections: values.connections && whole('connections', values.connections, 64),
    write: !values.draft && !partial,
    build: !values['no-build'],
  }
}

function suiteOf(name) {
  if (Object.hasOwn(suites, name)) return suites[name]
  throw new Error(`--suite is "${name}"; there are ${names.join(', ')}`)
}

function idsOf(rows) {
  return names
    .map((name) => `\n                    of ${name}: ${suites[name][rows].map(({ id }) => id).join(', ')}`)
    .join('')
}

function whole(name, text, most) {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Error(`--${name} is "${text}"; a whole number from 1 to ${most} is wanted`)
}

function chosen(name, text, rows) {
  if (text === undefined) return rows
  return text.split(',').map((id) => {
    const row = rows.find((candidate) => candidate.id === id)
    if (row) return row
    throw new Error(`--${name} names "${id}"; there are ${rows.map((candidate) => candidate.id).join(', ')}`)
  })
}
