/**
 * `node scripts/try-binary.mjs [NAME] [--node "COMMAND"]`: installs the packed core with one binary (this machine's without NAME) from
 * a local registry as npm does it on that platform, and has a server run on it that must answer all questions of `try/ask.mjs`. COMMAND starts
 * the Node of another platform: `qemu-aarch64-static -L /usr/aarch64-linux-gnu …/bin/node`.
 */
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { authority } from './certificates.mjs'
import { cleanEnv, npm } from './npm.mjs'
import { end, endAll, ended, endWithUs, Problem, start } from './process.mjs'
import { publishAll, startRegistry } from './registry.mjs'
import { root } from './root.mjs'
import { explain, step } from './steps.mjs'
import { hostTarget, targets } from './targets.mjs'
import { questionsFor } from './try/ask.mjs'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { node: { type: 'string' } } })

endWithUs()
const folder = mkdtempSync(join(tmpdir(), 'bolt-try-'))
try {
  const target = positionals[0] ? targets.find(({ name }) => name === positionals[0]) : hostTarget()
  if (!target)
    throw new Problem({
      what: `There is no binary called "${positionals[0] ?? `${process.platform} ${process.arch}`}".`,
      why: `There are ${targets.map(({ name }) => name).join(', ')}.`,
    })
  await step(`install ${target.name}`, () => install(target))
  await step(`serve with ${target.name}`, () => serve(target, (values.node ?? process.execPath).split(' ')))
} catch (error) {
  explain(error)
  process.exitCode = 1
} finally {
  await endAll(5)
  rmSync(folder, { recursive: true, force: true })
}

async function install({ os, cpu, libc, packageName }) {
  const registry = await startRegistry({ storage: join(folder, 'registry') })
  try {
    await publishAll(registry, join(folder, 'tarballs'))
    mkdirSync(join(folder, 'app'))
    writeFileSync(join(folder, 'app', 'package.json'), '{ "private": true, "type": "module" }')
    const platform = [`--os=${os}`, `--cpu=${cpu}`, ...(libc ? [`--libc=${libc}`] : [])]
    await npm(['install', ...platform, '@bolt-app/core', 'zod@4'], { cwd: join(folder, 'app'), env: registry.env })
  } finally {
    await registry.stop()
  }
  const installed = readdirSync(join(folder, 'app', 'node_modules', '@bolt-app')).filter((name) => name !== 'core')
  if (`@bolt-app/${installed}` !== packageName)
    throw new Problem({ what: `npm installed ${installed.join(', ') || 'no binary'} instead of ${packageName}.` })
}

async function serve({ os }, [command, ...args]) {
  const app = join(folder, 'app')
  const { ca, file } = prepare(app)
  const child = start(command, [...args, join(app, 'main.mjs')], { cwd: app, env: cleanEnv() })
  const output = collect(child)
  const places = { ...(await portsOf(child, output)), path: join(app, 'app.sock'), ca, file }
  const questions = questionsFor(os)
  for (const [name, ask] of Object.entries(questions)) {
    await ask(places).catch((error) => {
      throw new Problem({ what: `${name}: not as it should be.`, why: `${error.message}\n${output.text}`.trim() })
    })
  }
  const { version, arch } = await (await fetch(`http://127.0.0.1:${places.plain}`)).json()
  const gone = ended(child)
  await end(child)
  const { code } = await gone
  // Windows has no SIGTERM: the process is ended without being asked.
  if (code !== 0 && os !== 'win32') throw new Problem({ what: `The server ended with ${code} after SIGTERM.` })
  console.log(`    Node ${version} ${arch}: ${Object.keys(questions).join(', ')}`)
}

/** Writes what `server.mjs` needs beside it. Returns whom to trust, and a file that does not fit into the buffers of a socket. */
function prepare(app) {
  copyFileSync(join(root, 'scripts', 'try', 'server.mjs'), join(app, 'main.mjs'))
  const signer = authority()
  const { cert, key } = signer.issue({ name: 'localhost', servers: ['localhost'] })
  const file = randomBytes(16 * 1024 * 1024)
  mkdirSync(join(app, 'files'))
  for (const [name, content] of Object.entries({ 'cert.pem': cert, 'key.pem': key, 'files/large.bin': file }))
    writeFileSync(join(app, name), content)
  return { ca: signer.cert, file }
}

/** What the child prints, as it comes: a server that fell back to node:http says why, and so does one that ended. */
function collect(child) {
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output.text += data
    })
  return output
}

function portsOf(child, output) {
  return new Promise((done, failed) => {
    child.stdout.on('data', () => {
      const [, ports] = output.text.match(/^listening (.+)$/m) ?? []
      if (ports) done(JSON.parse(ports))
    })
    child.once('error', failed)
    child.once('close', (code) =>
      failed(new Problem({ what: `The server ended with ${code}.`, why: output.text.trim() })),
    )
  })
}
