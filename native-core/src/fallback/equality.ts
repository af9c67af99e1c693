/**
 * Numbers the values inside of one JSON value so that equal ones have the same number: numbers by value, objects whatever the order of
 * their members. Each value is looked at once, however often and from however deep it is asked for.
 */
export class Equality {
  readonly #numbers = new Map<string, number>()
  readonly #containers = new Map<object, number>()

  /** Whether two items of a list are equal. */
  hasRepeats(items: readonly unknown[]): boolean {
    return new Set(items.map((item) => this.#numberOf(item))).size < items.length
  }

  #numberOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) return this.#of(JSON.stringify(value))
    const known = this.#containers.get(value)
    if (known !== undefined) return known
    const number = this.#of(Array.isArray(value) ? this.#textOfList(value) : this.#textOfObject(value))
    this.#containers.set(value, number)
    return number
  }

  #textOfList(items: readonly unknown[]): string {
    return `[${items.map((item) => this.#numberOf(item)).join()}]`
  }

  #textOfObject(value: object): string {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${this.#numberOf(member)}`)
    return `{${members.sort().join()}}`
  }

  #of(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size)
    return this.#numbers.size - 1
  }
}
