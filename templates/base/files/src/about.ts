import { readFileSync } from 'node:fs'

/** Name and version of the application, from package.json. */
export const about: { name: string; version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
)
