/** django-bolt in an environment of its own, where Python is. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { must } from '../harness/prepare.mjs'

const folder = fileURLToPath(new URL('../.made/django', import.meta.url))
const requirements = fileURLToPath(new URL('./django/requirements.txt', import.meta.url))
const installed = `${folder}/installed.txt`

/** The interpreter of that environment. */
export const python = `${folder}/bin/python`

/** Makes it as pip is set up here; tells by server why it cannot be had. */
export function installDjango(say) {
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return {}
  rmSync(folder, { recursive: true, force: true })
  const { status } = spawnSync('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'])
  if (status !== 0) return { 'django-bolt': 'it needs Python 3.10 or newer, with venv' }
  say('installing django-bolt …')
  try {
    must('python3', ['-m', 'venv', folder], '.')
    must(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], '.')
  } catch {
    rmSync(folder, { recursive: true, force: true })
    return { 'django-bolt': 'pip could not install it' }
  }
  writeFileSync(installed, wanted)
  return {}
}
