import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/**
 * Reads `.env` into the process, without overriding what is set already. A fresh clone has none: it gets a copy of `.env.example` in which
 * every empty secret is a random value. Production is configured by its platform alone.
 */
export function loadEnvFile(): void {
  if (process.env.NODE_ENV === 'production' || process.env.NODE_ENV === 'test') return
  if (!existsSync('.env')) writeFileSync('.env', withSecrets(readFileSync('.env.example', 'utf8')), { mode: 0o600 })
  process.loadEnvFile('.env')
}

/** Fills in each `KEY=` that has no value. */
export function withSecrets(example: string): string {
  return example.replace(/^([A-Z][A-Z0-9_]*)=$/gm, (_line, key) => `${key}=${randomBytes(32).toString('base64url')}`)
}
