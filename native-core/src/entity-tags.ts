/** Weak comparison (RFC 9110 §8.8.3.2) of an entity tag with a list of tags, or `*`. */
export function isAmong(tag: string, tags: string): boolean {
  const own = tag.replace(/^W\//, '')
  if (tags.trim() === '*') return true
  // Each tag follows the one before; what is no tag ends the list.
  const member = /[ \t]*(?:W\/)?("[^"]*")[ \t]*(?:,|$)/y
  for (let found = member.exec(tags); found !== null; found = member.exec(tags)) if (found[1] === own) return true
  return false
}
