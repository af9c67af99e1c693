/** What every script needs first: the right Node, npm packages, the core and the TypeScript packages. Done once. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { alone } from './alone.mjs'
import { npm } from './npm.mjs'
import { Problem, run } from './process.mjs'
import { root } from './root.mjs'
import { contentHash, setStamp, stamp } from './stamp.mjs'
import { idle, step } from './steps.mjs'
import { hostTarget } from './targets.mjs'

/** Builds everything that is published; a second call finds nothing to do. */
export async function buildAll() {
  requireNode()
  await alone('build', async () => {
    await step('npm packages', installPackages)
    await step('core (Rust)', buildNative)
    await buildPackages()
  })
}

/** The packages without a binary: what the TypeScript compilers and the bundlers write. */
export async function buildPackages() {
  await step('core (TypeScript)', (progress) => buildWorkspace(coreTypeScript, progress))
  await step('generator', (progress) => buildWorkspace(generator, progress))
}

const coreTypeScript = {
  name: '@bolt-app/core',
  script: 'build:ts',
  output: 'native-core/dist/index.js',
  sources: ['src', 'scripts', 'package.json', 'tsconfig.json', 'tsdown.config.ts']
    .map((path) => `native-core/${path}`)
    .concat('tsconfig.base.json'),
}

const generator = {
  name: 'create-bolt-app',
  script: 'build',
  output: 'generator/dist/create-bolt-app.js',
  sources: [
    'generator/src',
    'generator/bin',
    'generator/blocks',
    'generator/build',
    'generator/package.json',
    'generator/tsconfig.json',
    'generator/tsdown.config.ts',
    'templates',
    'blueprints',
    'tsconfig.base.json',
  ],
}

/** One hash over what is published: when it changes, installed copies are out of date. */
export function builtHash() {
  return contentHash([
    'generator/dist',
    'generator/package.json',
    'native-core/dist',
    'native-core/package.json',
    'native-core/npm',
  ])
}

export function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const [major, minor] = engines.node.match(/\d+/g).map(Number)
  const [hasMajor, hasMinor] = process.versions.node.split('.').map(Number)
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return
  throw new Problem({
    what: `Node ${process.versions.node} is too old.`,
    why: `This repository and the projects it makes need Node ${engines.node}.`,
    fix: "Install a newer Node (for example with fnm, nvm or your system's packages), then run the same command again.",
  })
}

async function installPackages(progress) {
  if (installed()) return idle()
  await npm(['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: root, onLine: progress })
}

/** Whether node_modules holds what package-lock.json asks for; optional packages of other platforms apart. */
function installed() {
  const hidden = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const has = JSON.parse(readFileSync(hidden, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      !path.includes('node_modules/') || optional || link || has[path]?.version === version,
  )
}

async function buildNative(progress) {
  const target = hostTarget()
  if (target === undefined) return idle(`none for ${process.platform} ${process.arch}: node:http serves there`)
  await requireCargo()
  const hash = contentHash(
    ['native-core/crates', 'native-core/package.json', 'Cargo.toml', 'Cargo.lock'],
    await run('rustc', ['--version'], { cwd: root }),
  )
  if (stamp('native') === hash && existsSync(target.file)) return idle()
  await npm(['run', 'build:native', '--workspace', '@bolt-app/core'], { cwd: root, onLine: progress })
  setStamp('native', hash)
}

async function requireCargo() {
  try {
    await run('cargo', ['--version'], { cwd: root })
  } catch (error) {
    throw new Problem({
      what: "cargo, the Rust compiler's package manager, was not found or does not work.",
      why: error.output?.trim() || 'The HTTP core is written in Rust and built from source here.',
      fix: "Install Rust from https://rustup.rs (or your system's packages), open a new terminal, run the same command again.",
    })
  }
  try {
    await run('cc', ['--version'])
  } catch {
    throw new Problem({
      what: 'There is no C compiler (cc).',
      why: 'Rust links the core with it.',
      fix: 'Debian or Ubuntu: apt-get install build-essential · Fedora: dnf install gcc · macOS: xcode-select --install',
    })
  }
}

async function buildWorkspace({ name, script, output, sources }, progress) {
  const hash = contentHash(sources)
  if (stamp(name) === hash && existsSync(join(root, output))) return idle()
  await npm(['run', script, '--workspace', name], { cwd: root, onLine: progress })
  setStamp(name, hash)
}
