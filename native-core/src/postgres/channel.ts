import { show } from '../check.ts'
import { BoltError } from '../errors.ts'

/** Longest name that PostgreSQL does not cut (`NAMEDATALEN`), bytes. */
const LONGEST = 63

/** A channel's name as SQL has it. Throws at one that PostgreSQL does not have, or has under another name. */
export function quotedChannel(channel: string): string {
  const isName = typeof channel === 'string' && channel !== '' && !channel.includes('\0')
  if (isName && Buffer.byteLength(channel) <= LONGEST) return `"${channel.replaceAll('"', '""')}"`
  throw new BoltError(
    'invalid-option',
    `listen(): the channel is ${show(channel)}`,
    `give a name of 1 to ${LONGEST} bytes`,
  )
}
