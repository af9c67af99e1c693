/** Runs npm from a script: its own environment apart from the npm run that started us. */
import { existsSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { run } from './process.mjs'
import { root } from './root.mjs'

/** What npm adds for the script it runs; a nested npm must not take it for its own. */
const ofTheOuterRun =
  /^(INIT_CWD|npm_(package_|lifecycle_|command$|execpath$|node_execpath$|config_(local_prefix|prefix|global_prefix|init_module|node_gyp|npm_version|user_agent|workspaces?|include_workspace_root|if_present|ignore_scripts|json|yes)$).*)/i

/** The environment without what the outer `npm run` added; settings of the user (registry, proxy, cafile …) stay. */
export function cleanEnv(env = process.env) {
  const kept = Object.entries(env).filter(([key]) => !ofTheOuterRun.test(key))
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => !isBinOfOuterRun(folder))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) }
}

/**
 * Runs npm and returns what it printed.
 * @param {string[]} args
 * @param {import('./process.mjs').RunOptions} [options] `env` is laid over the clean environment.
 */
export function npm(args, options = {}) {
  const [command, ...first] = npmCommand()
  return run(command, [...first, ...args], { ...options, env: { ...cleanEnv(), ...options.env } })
}

/** npm's own command line script run by this Node where we know it: what npm says, or, as Windows cannot start `npm.cmd` without a shell, beside Node. */
export function npmCommand({ platform, execPath, env } = process) {
  const said = env.npm_execpath
  if (said && /npm-cli\.[cm]?js$/.test(said) && existsSync(said)) return [execPath, said]
  const beside = join(dirname(execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
  return platform === 'win32' && existsSync(beside) ? [execPath, beside] : ['npm']
}

/** One of the user's npm settings, as npm itself resolves it. */
export async function npmConfig(key) {
  return (await npm(['config', 'get', key], { cwd: root })).trim()
}

function isBinOfOuterRun(folder) {
  return (
    /node-gyp-bin$/.test(folder) ||
    (/node_modules[/\\]\.bin$/.test(folder) && root.startsWith(resolve(folder, '../..')))
  )
}
