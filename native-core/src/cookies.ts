/** Cookies of a request by name; the first of each name counts, values are percent-decoded where they can be. */
export function parseCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null)
  if (header === undefined) return cookies
  for (const pair of header.split(/[;,](?=[^;,]*=|\s*$)/)) {
    const end = pair.indexOf('=')
    if (end === -1) continue
    const name = pair.slice(0, end).trim()
    if (name === '' || name in cookies) continue
    cookies[name] = decode(
      pair
        .slice(end + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    )
  }
  return cookies
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
