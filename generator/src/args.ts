/** argv → words and flags, checked against a table. Nothing is accepted silently. */
import { parseArgs as tokenize } from 'node:util'
import { BoltError } from './errors.ts'
import type { Flag, FlagTable } from './flags.ts'
import { nearest } from './nearest.ts'

export type FlagValue = string | boolean | readonly string[]

export interface ParsedArgs {
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, FlagValue>>
}

interface OptionToken {
  readonly rawName: string
  readonly name: string
  readonly value: string | undefined
  readonly inline: boolean
}

/** Reads an argument list; every unknown or malformed flag is reported at once. */
export function parseArgs(argv: readonly string[], table: FlagTable): ParsedArgs {
  const words: string[] = []
  const flags: Record<string, FlagValue> = {}
  const problems: BoltError[] = []
  for (const token of tokensOf(argv, table)) {
    if (typeof token === 'string') {
      words.push(token)
      continue
    }
    try {
      const [name, value] = readFlag(token, table)
      const earlier = flags[name]
      flags[name] = Array.isArray(earlier) && Array.isArray(value) ? [...earlier, ...value] : value
    } catch (error) {
      if (!(error instanceof BoltError)) throw error
      problems.push(error)
    }
  }
  const [first, ...others] = problems
  if (!first) return { words, flags }
  if (others.length === 0) throw first
  throw new BoltError(first.code, {
    message: `${problems.length} flags are wrong.`,
    why: problems.map(({ message, hint }) => `${message}${hint ? ` ${hint}` : ''}`).join('\n'),
    hint: 'See --help for all of them.',
  })
}

/** Words as strings, flags as tokens, in order. */
function tokensOf(argv: readonly string[], table: FlagTable): (string | OptionToken)[] {
  const known = Object.entries(table).map(
    ([name, { kind, short }]) =>
      [
        name,
        { type: kind === 'switch' ? ('boolean' as const) : ('string' as const), ...(short ? { short } : {}) },
      ] as const,
  )
  const { tokens } = tokenize({
    args: [...argv],
    options: Object.fromEntries(known),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  return tokens.flatMap((token): (string | OptionToken)[] => {
    if (token.kind === 'positional') return [token.value]
    if (token.kind === 'option-terminator') return []
    return [{ rawName: token.rawName, name: token.name, value: token.value, inline: token.inlineValue === true }]
  })
}

function readFlag({ rawName, name, value, inline }: OptionToken, table: FlagTable): [string, FlagValue] {
  const flag = Object.hasOwn(table, name) ? table[name] : undefined
  const negated = name.startsWith('no-') ? name.slice(3) : undefined
  const positive = negated !== undefined && Object.hasOwn(table, negated) ? table[negated] : undefined
  if (flag) return [name, flagValue(rawName, flag, value, inline)]
  if (negated !== undefined && positive?.negatable) {
    if (inline) throw new BoltError('flag-value', { message: `${rawName} takes no value, got "${value}".` })
    return [negated, false]
  }
  throw unknownFlag(rawName, table)
}

function flagValue(rawName: string, flag: Flag, value: string | undefined, inline: boolean): FlagValue {
  if (flag.kind === 'switch') {
    if (!inline) return true
    if (value === 'true' || value === 'yes') return true
    if (value === 'false' || value === 'no') return false
    throw new BoltError('flag-value', {
      message: `${rawName} is yes or no, got "${value}".`,
      hint: `Write ${rawName} or ${rawName.replace(/^--/, '--no-')}.`,
    })
  }
  if (value === undefined || (!inline && /^--?[A-Za-z]/.test(value))) {
    throw new BoltError('flag-value', {
      message: `${rawName} needs a value.`,
      hint: `Write ${rawName} ${flag.placeholder ?? 'VALUE'}.`,
    })
  }
  return flag.kind === 'list' ? value.split(',').filter((item) => item !== '') : value
}

function unknownFlag(rawName: string, table: FlagTable): BoltError {
  const known = Object.entries(table).flatMap(([name, { negatable, hidden }]) =>
    hidden ? [] : negatable ? [name, `no-${name}`] : [name],
  )
  const near = nearest(rawName.replace(/^-+/, ''), known)
  return new BoltError('unknown-flag', {
    message: `Unknown flag ${rawName}.`,
    hint: near ? `Did you mean --${near}?` : 'See --help for all of them.',
  })
}
