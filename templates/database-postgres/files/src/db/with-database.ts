/**
 * Runs a command with a database: `with-database <command> [arguments]`. When no DATABASE_URL is set outside production, a local PostgreSQL
 * runs meanwhile, across reloads of the command, and is stopped with it.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { loadEnvFile } from '../env-file.ts'
import { startLocalPostgres } from './local/server.ts'

const [command = '', ...args] = process.argv.slice(2)
loadEnvFile()
const needsLocal = !process.env.DATABASE_URL && process.env.NODE_ENV !== 'production'
const local = needsLocal ? await startLocalPostgres({ folder: '.data/postgres', database: 'app' }) : undefined

const child = spawn(command, args, {
  stdio: 'inherit',
  env: local ? { ...process.env, DATABASE_URL: local.url } : process.env,
  shell: process.platform === 'win32',
})
// Ctrl-C reaches the command by itself: the terminal sends it to both.
process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
process.on('SIGTERM', () => child.kill('SIGTERM'))
// A package manager that is told to stop ends its shell and not what runs in it; whoever is left behind stops, too.
const parent = process.ppid
setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()

const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
  child.on('error', reject).on('exit', (...result) => resolve(result))
})
await local?.stop()
process.exit(code ?? 128 + (signal ? constants.signals[signal] : 1))
