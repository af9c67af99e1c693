/** What the figures depend on: machine, tools, commit. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The machine as anybody may know it: no names, no addresses. */
export function machine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="(.*)"$/m)?.[1] ?? 'Linux',
    kernel: release().split('-')[0],
  }
}

/** The commit that was measured; `changed` when the core or the bench differ from it. */
export function commit() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const paths = ['native-core/src', 'native-core/crates', 'Cargo.toml', 'Cargo.lock', 'bench']
  const changed = git('status', '--porcelain', '--', ...paths, ':!bench/results', ':!bench/README.md') !== ''
  return { id: git('rev-parse', '--short=12', 'HEAD'), changed }
}

/** The compiler of the native core. */
export function rustVersion() {
  return execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim().split(' ')[1]
}
