import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { findBinaries, refuseForeign, sharedCopy } from './binaries.ts'

/** An operating system account to run as; undefined means the present one. */
export type Account = { readonly uid: number; readonly gid: number } | undefined

/** Where a server's programs and files are, and who runs it. */
export interface Place {
  readonly binaries: string
  readonly folder: string
  readonly account: Account
}

const elsewhere = '/var/tmp/local-postgres-'

/**
 * PostgreSQL refuses to run as root, so root lends it an unprivileged account. Where that account may not enter the project (a folder
 * below /root, say), programs and data move to /var/tmp.
 */
export async function findPlace(wanted: string): Promise<Place> {
  const place: Place = { binaries: await findBinaries(), folder: resolve(wanted), account: await unprivilegedAccount() }
  if (place.account !== undefined) await removeForsaken()
  await mkdir(place.folder, { recursive: true })
  if (place.account === undefined || ((await isOpen(place.binaries)) && (await isOpen(place.folder)))) return place

  const folder = `${elsewhere}${createHash('sha256').update(place.folder).digest('hex').slice(0, 16)}`
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await refuseForeign(folder)
  await writeFile(`${folder}/project`, place.folder)
  return { ...place, binaries: await sharedCopy(place.binaries), folder }
}

/** Data that was moved out of a project goes when the project is gone; a server that still runs on it notices and ends. */
async function removeForsaken(): Promise<void> {
  for (const name of await readdir(dirname(elsewhere))) {
    const folder = `${dirname(elsewhere)}/${name}`
    if (!folder.startsWith(elsewhere)) continue
    const project = await readFile(`${folder}/project`, 'utf8').catch(() => undefined)
    if (project !== undefined && !existsSync(project)) await rm(folder, { recursive: true, force: true })
  }
}

async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined
  const rows = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const row = rows.find(([name]) => name === 'postgres') ?? rows.find(([name]) => name === 'nobody')
  if (row === undefined)
    throw new Error(
      'PostgreSQL cannot run as root and there is no user "nobody". Run as another user, or set DATABASE_URL.',
    )
  return { uid: Number(row[2]), gid: Number(row[3]) }
}

/** Whether every user may enter a folder and all folders above it. */
async function isOpen(folder: string): Promise<boolean> {
  if (((await stat(folder)).mode & 0o005) !== 0o005) return false
  return dirname(folder) === folder || isOpen(dirname(folder))
}
