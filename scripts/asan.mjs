/**
 * `npm run asan [-- <test files>]`: builds the core's binary with AddressSanitizer and runs tests of the native hosts on it. Linux on x64;
 * needs `rustup toolchain install nightly` and gcc, whose runtime of the sanitizer is loaded into Node.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './root.mjs'

/** Those that get the binary to do most, and take a bearable time with it. */
const files = [
  'contract',
  'streams',
  'websocket/',
  'uploads',
  'forms',
  'http2',
  'tls',
  'lifecycle',
  'threads',
  'isolation',
  'host',
]
const target = 'x86_64-unknown-linux-gnu'
const targets = process.env.CARGO_TARGET_DIR ?? join(root, 'target/asan')

await run('cargo', ['+nightly', 'build', '--target', target, '-p', 'bolt_napi'], {
  CARGO_TARGET_DIR: targets,
  CARGO_PROFILE_DEV_DEBUG: 'line-tables-only',
  RUSTFLAGS: '-Zsanitizer=address',
})
const folder = mkdtempSync(join(tmpdir(), 'bolt-asan-'))
// Loaded in place of the package, by every process and thread of the tests.
const binary = join(folder, 'core.node')
execFileSync('cp', [join(targets, target, 'debug/libbolt_napi.so'), binary])
const hook = join(folder, 'hook.cjs')
writeFileSync(
  hook,
  `const { Module } = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = (name, ...rest) =>
  name === '@bolt-app/core-linux-x64-gnu' ? ${JSON.stringify(binary)} : resolve(name, ...rest)`,
)
const reports = join(folder, 'reports')
mkdirSync(reports)
const asked = process.argv.slice(2)
const chosen = asked.length > 0 ? asked : files.map((name) => `test/${name}`)
const code = await run(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    join(root, 'native-core'),
    '-t',
    '^(?!.*fallback)',
    ...chosen,
  ],
  {
    LD_PRELOAD: execFileSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim(),
    NODE_OPTIONS: `--require ${hook}`,
    // V8 keeps what it allocated when a process ends, which is no leak of ours, and has uses of its own for a fault.
    ASAN_OPTIONS: `detect_leaks=0:handle_segv=0:log_path=${reports}/report`,
  },
)
const found = readdirSync(reports)
for (const name of found) console.error(readFileSync(join(reports, name), 'utf8').slice(0, 5_000))
console.log(`asan: ${found.length} reports`)
process.exitCode = found.length > 0 ? 1 : code

/** Runs a program on our terminal; its exit code. */
async function run(program, args, env) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  const [code] = await once(child, 'exit')
  if (program === 'cargo' && code !== 0) process.exit(code ?? 1)
  return code ?? 1
}
