/**
 * `node scripts/try-binary.mjs [NAME] [--node "COMMAND"]`: installs the packed core with one binary (this machine's without NAME) from
 * a local registry as npm does it on that platform, and has a server run on it that must answer all questions of `try/ask.mjs`. COMMAND starts the Node of another
 * platform: `qemu-aarch64-static -L /usr/aarch64-linux-gnu …/bin/node`. Needs openssl for a certificate.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cleanEnv, npm } from './npm.mjs'
import { end, endAll, ended, endWithUs, Problem, run, start } from './process.mjs'
import { publishAll, startRegistry } from './registry.mjs'
import { root } from './root.mjs'
import { explain, step } from './steps.mjs'
import { hostTarget, targets } from './targets.mjs'
import { questions } from './try/ask.mjs'

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
  await step(`serve with ${target.name}`, () => serve((values.node ?? process.execPath).split(' ')))
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

async function serve([command, ...args]) {
  const app = join(folder, 'app')
  copyFileSync(join(root, 'scripts', 'try', 'server.mjs'), join(app, 'main.mjs'))
  await makeCertificate(app)
  const child = start(command, [...args, join(app, 'main.mjs')], { cwd: app, env: cleanEnv() })
  const ports = await portsOf(child)
  for (const [name, ask] of Object.entries(questions)) {
    await ask(ports).catch((error) => {
      throw new Problem({ what: `${name}: not as it should be.`, why: error.message })
    })
  }
  const { version, arch } = await (await fetch(`http://127.0.0.1:${ports.plain}`)).json()
  const gone = ended(child)
  await end(child)
  const { code } = await gone
  // Windows has no SIGTERM: the process is ended without being asked.
  if (code !== 0 && process.platform !== 'win32')
    throw new Problem({ what: `The server ended with ${code} after SIGTERM.` })
  console.log(`    Node ${version} ${arch}: ${Object.keys(questions).join(', ')}`)
}

function makeCertificate(cwd) {
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  return run('openssl', [...kind, ...subject, '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd })
}

/** The ports that the child prints; what it prints otherwise goes into the error when it ends. */
function portsOf(child) {
  let text = ''
  return new Promise((done, failed) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        text += data
        const [, plain, encrypted] = text.match(/^listening (\d+) (\d+)$/m) ?? []
        if (plain) done({ plain, encrypted })
      })
    child.once('error', failed)
    child.once('close', (code) => failed(new Problem({ what: `The server ended with ${code}.`, why: text.trim() })))
  })
}
