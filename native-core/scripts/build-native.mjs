// Builds the binary for this machine into npm/<platform>. Arguments go to `napi build` in place of `--release`: with `--profile fast`
// (npm run build:native -w @bolt-app/core -- --profile fast) it compiles in a third of the time.
import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostTarget } from '../../scripts/targets.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = hostTarget()
if (!target) throw new Error(`there is no native core for ${process.platform} ${process.arch}`)

const fixed = [
  '--platform',
  '--manifest-path',
  'crates/bolt_napi/Cargo.toml',
  '--no-js',
  '--dts',
  '../../target/napi.d.ts',
]
const chosen = process.argv.slice(2)
const args = ['build', ...fixed, '--output-dir', target.folder, ...(chosen.length > 0 ? chosen : ['--release'])]
execFileSync('napi', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
