/** Every version that generated projects pin, as plain data that a bot can bump. Exact versions only. */

/** npm packages by name. `@bolt-app/core` and `create-bolt-app` follow our own version and are added by the model. */
export const packages: Readonly<Record<string, string>> = {}

/** GitHub actions, pinned by commit: `owner/name` → `<commit> # <tag>`. */
export const actions: Readonly<Record<string, string>> = {}

/** Container images by short name. */
export const images: Readonly<Record<string, string>> = {}

/** Runtimes and package managers. */
export const tools: Readonly<Record<'node' | 'npm' | 'pnpm', string>> = {
  node: '20.20.2',
  npm: '11.6.2',
  pnpm: '10.24.0',
}
