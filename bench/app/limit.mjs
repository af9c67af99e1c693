/** The least that a rate limit is: one request an hour from each address, for the peers that have none of their own. */
const HOUR = 3_600_000

const seen = new Map()

/** Seconds until this address may ask again; 0: it may now. */
export function wait(address) {
  const now = Date.now()
  const until = seen.get(address) ?? 0
  if (until > now) return Math.ceil((until - now) / 1000)
  seen.set(address, now + HOUR)
  return 0
}
