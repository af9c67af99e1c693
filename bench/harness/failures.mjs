/** What went wrong with one server, kept so that the figures of all others stay. */

/** @typedef {{ server: string, scenario?: string, what: string, times: number }} Failure */

export class Failures {
  /** @type {Map<string, Failure>} */
  #known = new Map()
  #say

  /** @param {(line: string) => void} say is told of each failure once, when it first happens */
  constructor(say) {
    this.#say = say
  }

  /** Without a scenario the server takes no part any more. */
  add({ id }, scenario, error) {
    const what = error.message.trim()
    const key = `${id} ${scenario?.id ?? ''}`
    const failure = this.#known.get(key) ?? {
      server: id,
      ...(scenario ? { scenario: scenario.id } : {}),
      what,
      times: 0,
    }
    failure.times += 1
    this.#known.set(key, failure)
    if (failure.times === 1) this.#say(`✗ ${what}`)
  }

  /** @returns {Failure[]} in the order of their first time */
  get list() {
    return [...this.#known.values()]
  }
}
