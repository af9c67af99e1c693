/** What computed defaults look at, collected once: folder, package manager, author. */
import path from 'node:path'
import type { DefaultsContext } from '../option.ts'
import type { Io } from '../types.ts'

export async function defaultsContext(folder: string | undefined, io: Io): Promise<DefaultsContext> {
  const packageManager = /^(\w+)\//.exec(io.env.npm_config_user_agent ?? '')?.[1]
  const author = await gitAuthor(io)
  return {
    ...(folder === undefined ? {} : { folder: path.basename(path.resolve(io.cwd, folder)) }),
    ...(packageManager === undefined ? {} : { packageManager }),
    ...(author === undefined ? {} : { author }),
  }
}

async function gitAuthor(io: Io): Promise<string | undefined> {
  const { runProgram } = await import('../tasks/program.ts')
  const ask = async (key: string) => {
    const { code, output } = await runProgram({
      program: 'git',
      args: ['config', key],
      cwd: io.cwd,
      env: io.env,
      signal: io.signal,
      timeout: 5000,
    })
    return code === 0 ? output.trim() : ''
  }
  const [name, email] = await Promise.all([ask('user.name'), ask('user.email')])
  return name === '' ? undefined : email === '' ? name : `${name} <${email}>`
}
