/**
 * `node scripts/build-binaries.mjs [NAME…]`: the core's binaries as they are released, for every platform that this one can build for
 * or for those that are named (`linux-x64-musl`). Linux builds all four for Linux, with zig as C compiler and linker, macOS both for
 * macOS, Windows both for Windows. Each lands in its folder of native-core/npm and is checked for what it asks of a system.
 */
import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnv } from './npm.mjs'
import { endAll, endWithUs, Problem, run } from './process.mjs'
import { root } from './root.mjs'
import { explain, step } from './steps.mjs'
import { targets } from './targets.mjs'

/** The oldest glibc that the binaries run on: that of Rust's own standard library. */
const GLIBC = '2.17'
/** Both from PyPI; other versions may do as well. */
const ZIG = 'ziglang==0.17.1 cargo-zigbuild==0.24.0'

endWithUs()
try {
  const chosen = choose(process.argv.slice(2))
  if (process.platform === 'linux') await requireZig()
  for (const target of chosen) {
    await step(`build ${target.name}`, (progress) => build(target, progress))
    if (target.os === 'linux') await step(`check ${target.name}`, () => check(target))
    console.log(`    ${(statSync(target.file).size / 1024 / 1024).toFixed(2)} MiB`)
  }
} catch (error) {
  explain(error)
  process.exitCode = 1
} finally {
  await endAll(5)
}

function choose(names) {
  const possible = targets.filter(({ os }) => os === process.platform)
  if (names.length === 0) return possible
  return names.map((name) => {
    const found = possible.find((target) => target.name === name)
    if (found) return found
    throw new Problem({
      what: `"${name}" cannot be built on ${process.platform}.`,
      why: `What can be: ${possible.map((target) => target.name).join(', ')}.`,
      fix: 'Name one of these, or let the release workflow build the others on their own systems.',
    })
  })
}

async function requireZig() {
  try {
    await run('cargo-zigbuild', ['--version'])
  } catch {
    throw new Problem({
      what: 'cargo-zigbuild was not found or does not work.',
      why: 'It compiles and links for a glibc as old as we promise, for musl and for arm64, with the C compiler that comes with zig.',
      fix: `python3 -m venv .tools/zig && .tools/zig/bin/pip install ${ZIG} && export PATH="$PWD/.tools/zig/bin:$PATH"`,
    })
  }
}

async function build({ triple, os, libc, file }, onLine) {
  await run('rustup', ['target', 'add', triple], { cwd: root, onLine })
  const wanted = libc === 'glibc' ? `${triple}.${GLIBC}` : triple
  const command = os === 'linux' ? 'zigbuild' : 'build'
  const args = [command, '--release', '--locked', '--package', 'bolt_napi', '--target', wanted]
  // Rust links musl statically unless told otherwise, which a library that Node loads cannot be.
  const env = { ...cleanEnv(), ...(libc === 'musl' ? { RUSTFLAGS: '-C target-feature=-crt-static' } : {}) }
  await run('cargo', args, { cwd: root, env, onLine, seconds: 3600 })
  copyFileSync(join(root, 'target', triple, 'release', libraryOf(os)), file)
}

function libraryOf(os) {
  return { linux: 'libbolt_napi.so', darwin: 'libbolt_napi.dylib', win32: 'bolt_napi.dll' }[os]
}

/** What a Linux binary asks of the system it is loaded on: no library but the C library's own, no newer glibc than promised. */
async function check({ libc, file, name }) {
  const asked = await run('readelf', ['--wide', '--dynamic', '--dyn-syms', file])
  const libraries = [...asked.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, library]) => library)
  const foreign = libraries.filter((library) => !/^(lib(c|m|dl|pthread|rt|util)|ld-)\b/.test(library))
  if (foreign.length > 0)
    throw new Problem({ what: `${name} needs ${foreign.join(', ')}, which not every system of its kind has.` })
  const versions = [...new Set([...asked.matchAll(/@GLIBC_([\d.]+)/g)].map(([, version]) => version))]
  const tooNew = versions.filter((version) => isNewer(version, GLIBC))
  if (tooNew.length > 0 || (libc === 'musl' && versions.length > 0))
    throw new Problem({
      what: `${name} needs glibc ${versions.join(', ')}; ${libc === 'musl' ? 'musl' : GLIBC} is promised.`,
    })
}

function isNewer(version, than) {
  const [[major, minor], [mostMajor, mostMinor]] = [version, than].map((text) => text.split('.').map(Number))
  return major > mostMajor || (major === mostMajor && minor > mostMinor)
}
