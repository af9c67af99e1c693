/** Makes a project through the local registry, as a user does, and runs it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cleanEnv, npm, npmCommand } from './npm.mjs'
import { readJson } from './packages.mjs'
import { CommandFailed, converse, end, ended, Problem, run, start } from './process.mjs'
import { idle } from './steps.mjs'

/** Whether a folder holds a project that the generator made. */
export function isProject(folder) {
  return existsSync(join(folder, '.bolt', 'project.json'))
}

/**
 * Runs `npm create bolt-app` and returns the new project's folder; undefined when the user cancelled.
 * @param {object} options
 * @param {import('./registry.mjs').Registry} options.registry
 * @param {string} options.version
 * @param {string} options.parent Where a project goes that is named by a question.
 * @param {string} [options.folder] Where it goes otherwise.
 * @param {string[]} options.flags For the generator.
 * @param {boolean} options.ask Questions on this terminal.
 */
export async function createProject({ registry, version, parent, folder, flags, ask, progress }) {
  const cwd = folder ? dirname(folder) : parent
  mkdirSync(cwd, { recursive: true })
  const before = new Set(readdirSync(cwd))
  const args = ['create', `bolt-app@${version}`, '--', ...(folder ? [basename(folder)] : []), ...flags]
  if (ask) {
    const [command, ...first] = npmCommand()
    const env = { ...cleanEnv(), ...registry.env, npm_config_loglevel: 'silent' }
    const code = await converse(command, [...first, ...args], { cwd, env })
    if (code === 130) return undefined
    if (code !== 0) {
      throw new Problem({
        what: `The generator ended with code ${code}.`,
        why: 'Its message is above; if there is none, npm could not run it.',
        fix: 'To see what npm says: npm start -- --yes',
      })
    }
  } else {
    await npm([...args, '--yes'], { cwd, env: registry.env, onLine: progress })
  }
  const made = folder ?? newest(cwd, before)
  if (made && isProject(made)) return made
  throw new Problem({ what: 'The generator ended well but wrote no project.', why: `Looked in ${cwd}.` })
}

/** Installs a project's packages; those of ours that were built anew since are fetched again. */
export async function installProject({ registry, folder, refresh, progress }) {
  if (refresh) forgetOurs(folder)
  await runIn(folder, ['install'], { env: registry.env, onLine: progress })
}

/** Brings the project's database up to date, if it has one. */
export async function migrateProject({ folder, progress }) {
  if (readJson(join(folder, 'package.json')).scripts?.['db:migrate'] === undefined) return idle('no database')
  await runIn(folder, ['run', 'db:migrate'], { onLine: progress })
}

/**
 * Runs a script of the project that serves (`dev`, or `start` once it is built) and waits until /healthz answers 200.
 * @returns {Promise<{ url: string, gone: Promise<unknown>, stop: () => Promise<void> }>}
 */
export async function serveProject({ folder, port, script = 'dev', show = true }) {
  const [command, ...first] = managerOf(folder)
  const env = { ...cleanEnv(), PORT: String(port), HOST: '127.0.0.1' }
  const child = start(command, [...first, 'run', script], { cwd: folder, env })
  let said = ''
  let shown = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said = (said + text).slice(-20_000)
      if (shown) process.stdout.write(text)
    })
  }
  const url = `http://127.0.0.1:${port}`
  const gone = ended(child)
  if (!(await healthy(url, gone))) {
    const failed = new CommandFailed(`npm run ${script} in ${folder}`, `did not answer ${url}/healthz`, said)
    await end(child)
    throw failed
  }
  shown = show
  const stop = () => {
    shown = false
    return end(child)
  }
  return { url, gone, stop }
}

/** A port to listen on: the one asked for, else `preferred` if it is free, else any. */
export async function choosePort({ asked, preferred }) {
  if (asked !== undefined && asked !== '0') {
    if (await portFree(Number(asked))) return Number(asked)
    throw new Problem({
      what: `Port ${asked} is taken.`,
      why: 'Another program listens there, and PORT asks for it.',
      fix: 'Stop that program, or choose another: PORT=4000 npm start (PORT=0 takes any free one).',
    })
  }
  return asked === undefined && (await portFree(preferred)) ? preferred : await freePort(0)
}

async function healthy(url, gone) {
  let over = false
  gone.then(() => {
    over = true
  })
  for (const until = Date.now() + 90_000; !over && Date.now() < until; await pause(100)) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return true
  }
  return false
}

/** Runs the project's own package manager in it. */
function runIn(folder, args, { env = {}, ...options } = {}) {
  const [command, ...first] = managerOf(folder)
  return run(command, [...first, ...args], { cwd: folder, env: { ...cleanEnv(), ...env }, ...options })
}

function managerOf(folder) {
  const manager = readJson(join(folder, '.bolt', 'project.json')).answers?.packageManager
  return manager === undefined || manager === 'npm' ? npmCommand() : [manager]
}

function forgetOurs(folder) {
  const lock = join(folder, 'package-lock.json')
  if (!existsSync(lock)) {
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
    rmSync(join(folder, 'pnpm-lock.yaml'), { force: true })
    return
  }
  const content = JSON.parse(readFileSync(lock, 'utf8'))
  for (const path of Object.keys(content.packages)) {
    if (!/^node_modules\/(create-bolt-app|@bolt-app\/[^/]+)$/.test(path)) continue
    delete content.packages[path]
    rmSync(join(folder, path), { recursive: true, force: true })
  }
  writeFileSync(lock, `${JSON.stringify(content, null, 2)}\n`)
  rmSync(join(folder, 'node_modules', '.package-lock.json'), { force: true })
}

function newest(parent, before) {
  const fresh = readdirSync(parent).filter((name) => !before.has(name))
  const dated = fresh.map((name) => join(parent, name)).map((path) => ({ path, time: statSync(path).mtimeMs }))
  return dated.sort((a, b) => b.time - a.time)[0]?.path
}

async function portFree(port) {
  return (await freePort(port).catch(() => undefined)) === port
}

function freePort(port) {
  return new Promise((done, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address()
      server.close(() => done(got))
    })
  })
}
