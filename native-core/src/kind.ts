/**
 * Has `instanceof` recognise what another copy of this package made: two copies live in one process when versions differ, or when a test runner
 * gives each file its own. Subclasses are told apart as always.
 */
export function shareKind(kind: abstract new (...given: never[]) => object, name: string): void {
  const mark = Symbol.for(`@bolt-app/core ${name}`)
  Object.defineProperty(kind.prototype, mark, { value: true })
  Object.defineProperty(kind, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== kind) return Function.prototype[Symbol.hasInstance].call(this as () => void, value)
      return typeof value === 'object' && value !== null && mark in value
    },
  })
}
