/**
 * `npm start`: from a clone to a running application. Uses nothing but Node until the packages are installed.
 * Every step is skipped when it has nothing to do, so a second run takes seconds.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { alone } from './alone.mjs'
import { buildAll, builtHash, requireNode } from './build.mjs'
import { readJson } from './packages.mjs'
import { endAll, endWithUs, Problem } from './process.mjs'
import { choosePort, createProject, installProject, isProject, migrateProject, serveProject } from './project.mjs'
import { publishAll, startRegistry } from './registry.mjs'
import { root } from './root.mjs'
import { setStamp, stamp } from './stamp.mjs'
import { elapsed, explain, idle, step } from './steps.mjs'

const usage = `npm start [-- [DIR] [options] [options of the generator]]

From nothing to a running application: installs, builds the core, makes a project with
npm create bolt-app through a local registry, migrates its database and runs it.

  DIR          where the project goes (default: playground/<name>, reused by the next run)
  --yes        no questions: defaults for what no flag says
  --no-serve   stop when the project is installed and migrated
  --check      serve, ask /healthz, stop everything, exit 0 or 1
  --help       this text

Everything else goes to the generator, for example: npm start -- my-api --database sqlite
PORT=4000 chooses the port.`

const playground = join(root, 'playground')

/** While the application runs, Ctrl-C is how it is meant to end. */
let serving = false

try {
  process.exitCode = await main(parse(process.argv.slice(2)))
} catch (error) {
  explain(error)
  process.exitCode = 1
} finally {
  await endAll(5)
}

async function main(options) {
  if (options.help) {
    console.log(usage)
    return 0
  }
  requireNode()
  const existing = existingProject(options)
  const port = options.serve ? await choosePort({ asked: process.env.PORT, preferred: 3000 }) : undefined
  let registry
  endWithUs(async () => {
    await registry?.stop()
    return serving ? 0 : 130
  })

  console.log('create-bolt-app: from a clone to a running application\n')
  await buildAll()
  const built = builtHash()
  let folder = existing
  const fresh =
    existing !== undefined && stamp(`project ${existing}`) === built && existsSync(join(existing, 'node_modules'))
  if (!fresh) {
    registry = await openRegistry()
    folder ??= await newProject(registry, options)
    if (folder === undefined) return 130
    await install(registry, folder, { built, known: existing && stamp(`project ${folder}`) })
    await registry.stop()
  }
  if (existing === undefined) remember(folder, options)
  await step('migrate the database', (progress) => migrateProject({ folder, progress }))
  if (!options.serve) {
    console.log(`\n${basename(folder)} is ready in ${folder} (${elapsed()}). Next: cd ${shown(folder)} && npm run dev`)
    return 0
  }
  return serve(folder, port, options)
}

async function openRegistry() {
  const storage = join(root, '.registry')
  let registry
  await step('local registry', async () => {
    registry = await startRegistry({ storage })
  })
  await step('publish our packages to it', async () => {
    const { published } = await alone('publish', () => publishAll(registry, join(storage, 'tarballs')))
    if (published.length === 0) return idle()
  })
  return registry
}

async function newProject(registry, { dir, flags, ask }) {
  const { version } = readJson(join(root, 'generator', 'package.json'))
  const create = (progress) =>
    createProject({
      registry,
      version,
      parent: playground,
      folder: dir ?? (ask ? undefined : defaultFolder(flags)),
      flags,
      ask,
      progress,
    })
  if (!ask) return step('npm create bolt-app', create)
  console.log('\n  npm create bolt-app\n')
  return create()
}

async function install(registry, folder, { built, known }) {
  const refresh = known !== undefined && known !== built
  await step(refresh ? 'install the new build of our packages' : 'install the project', (progress) => {
    if (!refresh && existsSync(join(folder, 'node_modules', '@bolt-app', 'core'))) return idle()
    return installProject({ registry, folder, refresh, progress })
  })
  setStamp(`project ${folder}`, built)
}

async function serve(folder, port, { check }) {
  let app
  await step('start the application', async () => {
    app = await serveProject({ folder, port, show: !check })
  })
  if (check) {
    const answer = await fetch(`${app.url}/healthz`)
    console.log(`\nGET ${app.url}/healthz → ${answer.status} ${(await answer.text()).trim()} (${elapsed()} in all)`)
    await app.stop()
    return answer.status === 200 ? 0 : 1
  }
  serving = true
  console.log(`\n  ${basename(folder)} runs at ${app.url} (${elapsed()} in all)\n`)
  console.log(`  API docs   ${app.url}/docs`)
  console.log(`  folder     ${shown(folder)}`)
  console.log('  Ctrl-C stops it.\n')
  const { code } = await app.gone
  return code ?? 1
}

/** The project that an earlier run left where this one would write. */
function existingProject({ dir, flags, ask }) {
  const last = stamp('last project')
  const folder = dir ?? (flags.length === 0 && last && isProject(last) ? last : ask ? undefined : defaultFolder(flags))
  if (folder === undefined || !isProject(folder)) return undefined
  const madeWith = stamp(`flags ${folder}`) ?? ''
  if (flags.length > 0 && flags.join(' ') !== madeWith) {
    throw new Problem({
      what: `${shown(folder)} is there already, made with ${madeWith ? `"${madeWith}"` : 'the defaults'}.`,
      why: `This run asks for "${flags.join(' ')}".`,
      fix: `Name another folder (npm start -- other ${flags.join(' ')}), or change the project: npx bolt set key=value.`,
    })
  }
  console.log(`Using the project in ${shown(folder)}; delete it or name another folder for a new one.\n`)
  return folder
}

function remember(folder, { flags }) {
  setStamp(`flags ${folder}`, flags.join(' '))
  if (dirname(folder) === playground) setStamp('last project', folder)
}

function defaultFolder(flags) {
  const at = flags.findIndex((flag) => flag === '--name' || flag.startsWith('--name='))
  const name = at === -1 ? 'my-app' : (flags[at].split('=')[1] ?? flags[at + 1] ?? 'my-app')
  return join(playground, name)
}

function parse(argv) {
  const own = new Set(['--yes', '-y', '--check', '--no-serve', '--help', '-h'])
  const has = (...names) => names.some((name) => argv.includes(name))
  const rest = argv.filter((word) => !own.has(word))
  const dir = rest[0]?.startsWith('-') === false ? resolve(process.env.INIT_CWD ?? '.', rest.shift()) : undefined
  return {
    dir,
    flags: rest,
    ask: process.stdin.isTTY === true && process.stdout.isTTY === true && !has('--yes', '-y'),
    serve: !has('--no-serve') || has('--check'),
    check: has('--check'),
    help: has('--help', '-h'),
  }
}

function shown(folder) {
  const short = relative(process.env.INIT_CWD ?? process.cwd(), folder)
  return short.startsWith('..') ? folder : short || '.'
}
