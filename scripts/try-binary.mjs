/**
 * `node scripts/try-binary.mjs [NAME] [--node "COMMAND"]`: installs the packed core with one binary (this machine's without NAME) from
 * a local registry as npm does it on that platform, and has a server run on it that must answer. COMMAND starts the Node of another
 * platform: `qemu-aarch64-static -L /usr/aarch64-linux-gnu …/bin/node`.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cleanEnv, npm } from './npm.mjs'
import { end, endAll, ended, endWithUs, Problem, start } from './process.mjs'
import { publishAll, startRegistry } from './registry.mjs'
import { explain, step } from './steps.mjs'
import { hostTarget, targets } from './targets.mjs'

const program = `
import { createApp } from '@bolt-app/core'
import { z } from 'zod'
const app = createApp()
app.get('/', () => ({ host: app.host, arch: process.arch, version: process.version }))
app.post('/notes', { body: z.strictObject({ title: z.string() }) }, (ctx) => ctx.body)
const { port } = await app.listen({ port: 0, signals: true })
console.log('listening ' + port)
`

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
  const file = join(folder, 'app', 'main.mjs')
  writeFileSync(file, program)
  const child = start(command, [...args, file], { cwd: join(folder, 'app'), env: cleanEnv() })
  const url = `http://127.0.0.1:${await portOf(child)}`
  const first = await (await fetch(url)).json()
  if (first.host !== 'native')
    throw new Problem({ what: `The server runs on "${first.host}" instead of the native core.` })
  const statuses = [
    await post(`${url}/notes`, '{"title":"one"}'),
    await post(`${url}/notes`, '{}'),
    await post(url, ''),
  ]
  if (`${statuses}` !== '200,422,405')
    throw new Problem({ what: `The server answered ${statuses} instead of 200,422,405.` })
  const gone = ended(child)
  await end(child)
  const { code } = await gone
  // Windows has no SIGTERM: the process is ended without being asked.
  if (code !== 0 && process.platform !== 'win32')
    throw new Problem({ what: `The server ended with ${code} after SIGTERM.` })
  console.log(`    Node ${first.version} ${first.arch}: ${statuses}`)
}

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  await response.arrayBuffer()
  return response.status
}

/** The port that the child prints; what it prints otherwise goes into the error when it ends. */
function portOf(child) {
  let text = ''
  return new Promise((done, failed) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        text += data
        const port = text.match(/^listening (\d+)$/m)?.[1]
        if (port) done(port)
      })
    child.once('error', failed)
    child.once('close', (code) => failed(new Problem({ what: `The server ended with ${code}.`, why: text.trim() })))
  })
}
