/** The flags of `run.mjs`. */
import { parseArgs } from 'node:util'
import { scenarios } from '../scenarios.mjs'
import { servers } from '../servers.mjs'

export const usage = `node bench/run.mjs [flags]
  --rounds N        measured rounds, after one that warms up (default 3)
  --seconds N       load per server, scenario and round, whole seconds (default 1)
  --minutes N       no new round that would end later (default 14)
  --disturbance P   discard what is measured while anything else uses more than P % of a core (default 6)
  --servers a,b     only these: ${servers.map(({ id }) => id).join(', ')}
  --scenarios a,b   only these: ${scenarios.map(({ id }) => id).join(', ')}
  --draft           print the figures, write nothing
  --no-build        measure what is built already
A run of all servers and scenarios writes results/http.json and the tables of README.md.`

export function readFlags(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '14' },
      disturbance: { type: 'string', default: '6' },
      servers: { type: 'string' },
      scenarios: { type: 'string' },
      draft: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const partial = values.servers !== undefined || values.scenarios !== undefined
  return {
    help: values.help,
    rounds: whole('rounds', values.rounds, 50),
    seconds: whole('seconds', values.seconds, 60),
    minutes: whole('minutes', values.minutes, 120),
    disturbance: whole('disturbance', values.disturbance, 200) / 100,
    servers: chosen('servers', values.servers, servers),
    scenarios: chosen('scenarios', values.scenarios, scenarios),
    write: !values.draft && !partial,
    build: !values['no-build'],
  }
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
