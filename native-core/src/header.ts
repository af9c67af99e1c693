const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that a header value must not have
const control = /[\u0000-\u0008\u000A-\u001F\u007F]/
const beyondLatin1 = /[^\t -~\u0080-\u00FF]/
const ownedByEngine = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'date',
  'keep-alive',
  'trailer',
  'upgrade',
  'x-request-id',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
])

/** True for what HTTP calls a token: names of headers and methods. */
export function isToken(text: string): boolean {
  return token.test(text)
}

/** True for headers that only the engine sets. */
export function isEngineHeader(name: string): boolean {
  return ownedByEngine.has(name)
}

/** What is wrong with a header (name in lower case), as the end of a sentence that begins with it; undefined when nothing is. */
export function headerFault(name: string, value: string): string | undefined {
  if (!isToken(name)) return 'is no name that HTTP allows'
  if (ownedByEngine.has(name)) return 'is set by the server itself'
  if (control.test(value)) return 'has a control character in its value (CR, LF or NUL would split the response)'
  if (value.trim() !== value) return 'has a blank at an end of its value'
  if (beyondLatin1.test(value)) return 'has a character beyond Latin-1 in its value; encode it (RFC 8187)'
  return undefined
}
