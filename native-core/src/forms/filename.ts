/** Longest name that file systems take, bytes. */
const MAX_BYTES = 255

/**
 * A name that is safe to save a file under, made of what a client calls it: the last segment of its path, without control, invisible and
 * direction-changing characters, without what Windows forbids, not hidden, not too long.
 */
export function safeFilename(given: string): string {
  const base = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1)
  const plain = base
    .normalize('NFC')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
  const short = shorten(trimmed(plain))
  if (short === '') return 'file'
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(short) ? `_${short}` : short
}

/** Cuts the part before the extension. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= 32 ? name.slice(dot) : ''
  let kept = ''
  let left = MAX_BYTES - Buffer.byteLength(extension)
  for (const character of name.slice(0, name.length - extension.length)) {
    left -= Buffer.byteLength(character)
    if (left < 0) break
    kept += character
  }
  return kept + extension
}

/** Without dots and blanks at its ends; a pattern that looks for the end would begin at each of those in the middle. */
function trimmed(name: string): string {
  const isOuter = (at: number): boolean => name[at] === '.' || name[at] === ' '
  let [start, end] = [0, name.length]
  while (start < end && isOuter(start)) start += 1
  while (end > start && isOuter(end - 1)) end -= 1
  return name.slice(start, end)
}
