/** The server-sent events scenario: one response of a hundred events, as a handler would make them. */
export const EVENTS = 100

/** What each event carries. */
export const texts = Array.from({ length: EVENTS }, (_, n) => `{"n":${n},"text":"The wall shall be three metres high"}`)

/** The texts, one at a time. */
export async function* events() {
  for (const text of texts) yield text
}

/** The same as they go over the wire. */
export async function* eventBytes() {
  for (const text of texts) yield `data: ${text}\n\n`
}
