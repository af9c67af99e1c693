/** Programs that the tests need and npm cannot bring. Installed by apt-get where we are root on Debian or Ubuntu. */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './process.mjs'
import { step } from './steps.mjs'

/** Command → Debian package. Tests skip with "missing program: NAME" where one is absent. */
const needed = { chromium: 'chromium', curl: 'curl', nginx: 'nginx-light', valgrind: 'valgrind' }

/** Installs what is missing and can be installed; says what to install otherwise. */
export async function installPrograms() {
  const missing = Object.keys(needed).filter((command) => !found(command))
  if (missing.length === 0) return
  const packages = missing.map((command) => needed[command])
  if (process.getuid?.() !== 0 || !isDebian()) {
    console.log(
      `  ! missing: ${missing.join(', ')}; the tests that need them are skipped. On Debian: apt-get install ${packages.join(' ')}`,
    )
    return
  }
  await step(`apt-get install ${packages.join(' ')}`, async (onLine) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-q'], { env, onLine })
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env, onLine })
  })
}

function found(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)))
}

function isDebian() {
  return existsSync('/etc/os-release') && /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'))
}
