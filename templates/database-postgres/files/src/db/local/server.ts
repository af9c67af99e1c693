/** A real PostgreSQL out of npm, for development and tests. Production is given a DATABASE_URL and never comes here. */
import { spawn } from 'node:child_process'
import { chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import postgres from 'postgres'
import { findPlace, type Place } from './place.ts'
import { isAlive, joinUsers } from './users.ts'

export interface LocalPostgres {
  /** Connection string of the database that was asked for. */
  readonly url: string
  /** Stops the server, unless another process of this project still uses it. */
  stop(): Promise<void>
}

export interface LocalPostgresOptions {
  /** Where the server keeps its files. */
  folder: string
  /** Created when it does not exist. */
  database: string
  /** Server settings, such as `fsync=off`. */
  settings?: readonly string[]
}

/** Starts the server of a folder, or joins the one that runs there already: beside `dev`, or after a crash of ours. */
export async function startLocalPostgres({
  folder,
  database,
  settings = [],
}: LocalPostgresOptions): Promise<LocalPostgres> {
  const place = await findPlace(folder)
  const leave = await joinUsers(place.folder)
  const stop = async () => {
    if (await leave())
      await runProgram(place, 'pg_ctl', ['stop', '-D', dataOf(place), '-m', 'fast', '-w']).catch(() => {})
  }
  try {
    await createCluster(place)
    const server = `postgres://postgres:postgres@127.0.0.1:${await ensureRunning(place, settings)}`
    await ensureDatabase(`${server}/postgres`, database)
    return { url: `${server}/${database}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function dataOf(place: Place): string {
  return join(place.folder, 'data')
}

/** Made under another name and then moved, so that an interrupted start leaves no half of it. */
async function createCluster(place: Place): Promise<void> {
  if (await exists(join(dataOf(place), 'PG_VERSION'))) return
  const draft = await mkdtemp(join(place.folder, 'draft-'))
  const passwordFile = `${draft}.password`
  await writeFile(passwordFile, 'postgres')
  if (place.account) for (const path of [draft, passwordFile]) await chown(path, place.account.uid, place.account.gid)
  try {
    await runProgram(place, 'initdb', [
      ...['-D', draft, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-sync'],
    ])
    await rename(draft, dataOf(place)).catch(() => {})
  } finally {
    await rm(draft, { recursive: true, force: true })
    await rm(passwordFile, { force: true })
  }
}

/** Port of the running server; starts it when it does not run. */
async function ensureRunning(place: Place, settings: readonly string[]): Promise<number> {
  const running = await runningPort(place)
  if (running !== undefined) return running

  const port = await freePort()
  const options = [
    `-p ${port}`,
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings].map((setting) => `-c ${setting}`),
  ]
  try {
    await runProgram(place, 'pg_ctl', [
      'start',
      '-D',
      dataOf(place),
      '-w',
      '-l',
      join(dataOf(place), 'server.log'),
      '-o',
      options.join(' '),
    ])
    return port
  } catch (error) {
    // Another process of this project may have started it in the meantime.
    const theirs = await runningPort(place)
    if (theirs === undefined) throw error
    return theirs
  }
}

async function runningPort(place: Place): Promise<number | undefined> {
  const pidFile = join(dataOf(place), 'postmaster.pid')
  const [pid, , , port] = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n').map(Number)
  if (pid === undefined || !port) return undefined
  if (isAlive(pid) && (await answers(port))) return port
  // Left over from a kill -9, and its process id may be another program's by now, which would keep the server from starting.
  if (!isAlive(pid) || !(await isPostgres(pid))) await rm(pidFile, { force: true })
  return undefined
}

async function answers(port: number): Promise<boolean> {
  const client = postgres(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`, { max: 1, connect_timeout: 5 })
  return client`select 1`
    .then(
      () => true,
      () => false,
    )
    .finally(() => client.end())
}

async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'postgres')
  return command.includes('postgres')
}

async function ensureDatabase(serverUrl: string, name: string): Promise<void> {
  const client = postgres(serverUrl, { max: 1, onnotice: () => {} })
  try {
    const [found] = await client`select 1 from pg_database where datname = ${name}`
    if (!found) await client`create database ${client(name)}`
  } finally {
    await client.end()
  }
}

async function runProgram(place: Place, program: string, args: readonly string[]): Promise<void> {
  const child = spawn(join(place.binaries, 'bin', program), args, {
    ...place.account,
    cwd: place.folder,
    env: { PATH: process.env.PATH, SYSTEMROOT: process.env.SYSTEMROOT, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint += chunk))
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve))
  if (code !== 0)
    throw new Error(`${program} ended with ${code}: ${complaint.trim()} (see ${join(dataOf(place), 'server.log')})`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
