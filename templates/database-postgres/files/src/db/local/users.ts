import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Notes that this process uses what is in a folder. Returns how to leave; leaving says whether nobody else is left. */
export async function joinUsers(folder: string): Promise<() => Promise<boolean>> {
  const users = join(folder, 'users')
  await mkdir(users, { recursive: true })
  await writeFile(join(users, String(process.pid)), '')
  return async () => {
    await rm(join(users, String(process.pid)), { force: true })
    const others = await readdir(users)
    return !others.some((pid) => isAlive(Number(pid)))
  }
}

/** Whether a process exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
