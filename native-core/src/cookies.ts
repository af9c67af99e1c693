/**
 * Cookies of a request by name; the first of each name counts. Values are as they were sent, without enclosing quotes: RFC 6265 knows no
 * percent-encoding, so whoever wrote the cookie decodes it.
 */
export function parseCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null)
  if (header === undefined) return cookies
  for (const pair of header.split(';')) {
    const end = pair.indexOf('=')
    if (end === -1) continue
    const name = pair.slice(0, end).trim()
    if (name === '' || name in cookies) continue
    cookies[name] = pair
      .slice(end + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1')
  }
  return cookies
}
