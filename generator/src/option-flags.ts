/** How an option is spelt on the command line. */

/** `packageManager` → `package-manager`. */
export function flagName(id: string): string {
  return id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
