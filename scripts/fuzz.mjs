/**
 * `npm run fuzz -- <target> <seconds>`: lets a fuzz target run, from its committed corpus and what earlier runs found interesting.
 * Without a target: all of them in turn. Needs `rustup toolchain install nightly` and `cargo install cargo-fuzz`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

const folder = join(root, 'native-core/fuzz')
const source = readFileSync(join(folder, '../crates/bolt_proof/src/properties/mod.rs'), 'utf8')
const corpora = Object.fromEntries(
  [...source.matchAll(/name: "(\w+)", corpus: "(\w+)"/g)].map(([, name, corpus]) => [name, corpus]),
)

const [target, seconds = '60'] = process.argv.slice(2)
if ((target !== undefined && corpora[target] === undefined) || !/^[1-9]\d*$/.test(seconds)) {
  console.error(`usage: npm run fuzz -- <target> <seconds>\n  targets: ${Object.keys(corpora).join(', ')}`)
  process.exit(1)
}
for (const name of target === undefined ? Object.keys(corpora) : [target]) {
  process.exitCode ||= await fuzz(name)
}

/** One run; its exit code. A finding stays in `fuzz/artifacts`, and libFuzzer says how to run it again. */
async function fuzz(name) {
  const found = join(folder, 'runs', name)
  mkdirSync(found, { recursive: true })
  const limits = [
    `-max_total_time=${seconds}`,
    '-timeout=10',
    '-rss_limit_mb=2048',
    '-max_len=4096',
    '-print_final_stats=1',
  ]
  const corpus = join(folder, 'corpus', corpora[name])
  const args = ['+nightly', 'fuzz', 'run', '--fuzz-dir', folder, name, found, corpus, '--', ...limits]
  const child = spawn('cargo', args, { cwd: root, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return code ?? 1
}
