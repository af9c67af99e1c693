/** The journal of migrations: entries are added, never taken away, since a database may have run every one of them. */

interface Entry {
  idx: number
  when: number
  tag: string
}

interface Journal {
  entries: Entry[]
}

/**
 * The user's journal with the entries of the new render that it does not have, each stamped after the newest one: drizzle-orm's
 * migrator runs what is newer than the last migration that a database has seen, and nothing else.
 * Undefined when one of the two is no journal.
 */
export function appendJournal(yours: Uint8Array, incoming: Uint8Array): Uint8Array | undefined {
  const journal = parse(yours)
  const shipped = parse(incoming)
  if (!journal || !shipped) return undefined
  const known = new Set(journal.entries.map(({ tag }) => tag))
  const added = shipped.entries.filter(({ tag }) => !known.has(tag))
  if (added.length === 0) return yours
  const entries = [...journal.entries]
  for (const entry of added) entries.push(stampedAfter(entries, entry))
  return new TextEncoder().encode(`${JSON.stringify({ ...journal, entries }, null, 2)}\n`)
}

function stampedAfter(entries: readonly Entry[], entry: Entry): Entry {
  const idx = Math.max(-1, ...entries.map((it) => it.idx)) + 1
  const when = Math.max(entry.when, ...entries.map((it) => it.when + 1))
  return { ...entry, idx, when }
}

function parse(content: Uint8Array): Journal | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content))
    return isJournal(value) ? value : undefined
  } catch {
    // Not JSON, so no journal: the caller then keeps the file as it is.
    return undefined
  }
}

function isJournal(value: unknown): value is Journal {
  return (
    typeof value === 'object' &&
    value !== null &&
    'entries' in value &&
    Array.isArray(value.entries) &&
    value.entries.every(
      (entry: Partial<Entry> | null) =>
        Number.isSafeInteger(entry?.idx) && Number.isSafeInteger(entry?.when) && typeof entry?.tag === 'string',
    )
  )
}
