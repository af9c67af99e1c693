/** Prints a token: `token <subject> [--scope read,write] [--days 30]`. */
import { parseArgs } from 'node:util'
import { loadEnv } from '#env'
import { createTokens } from './access.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { scope: { type: 'string', default: '' }, days: { type: 'string', default: '30' } },
})
const [subject] = positionals
if (subject === undefined) {
  console.error('usage: token <subject> [--scope read,write] [--days 30]')
  process.exit(2)
}

const tokens = await createTokens(loadEnv('TOKEN_KEYS', 'TOKEN_ISSUER'))
const scope = values.scope.split(',').filter(Boolean)
console.log(await tokens.issue({ subject, scope, days: Number(values.days) }))
