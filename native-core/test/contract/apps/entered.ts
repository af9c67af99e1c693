/** Entries into JavaScript as JavaScript itself counts them. */
export const entered = { count: 0 }

/** Counts, then does. */
export function js<Args extends unknown[], R>(handler: (...args: Args) => R): (...args: Args) => R {
  return (...args) => {
    entered.count += 1
    return handler(...args)
  }
}
